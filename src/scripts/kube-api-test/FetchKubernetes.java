import io.fabric8.kubeapitest.binary.BinaryDownloader;
import io.fabric8.kubeapitest.binary.OSInfo;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches etcd, kube-apiserver and kubectl through fabric8's kube-api-test: FetchKubernetes DIRECTORY MINOR, such as 1.34. */
public final class FetchKubernetes {
    private static final int SECONDS_FOR_THE_INDEX = 15;
    private static final int SECONDS_BETWEEN_SIGNS_OF_LIFE = 15;

    private FetchKubernetes() {}

    public static void main(String[] arguments) throws InterruptedException {
        BinaryDownloader downloader = new BinaryDownloader(arguments[0], new OSInfo());
        try {
            // The short attempt: where there is no network, a name server or a connection that never answers is not waited for.
            String version = CompletableFuture.supplyAsync(() -> downloader.findLatestOfWildcard(arguments[1] + ".*"))
                    .get(SECONDS_FOR_THE_INDEX, TimeUnit.SECONDS);
            System.out.println("Fetching Kubernetes " + version + " for the tests, once");
            download(CompletableFuture.runAsync(() -> downloader.download(version)), version);
            System.exit(0);
        } catch (ExecutionException | TimeoutException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.out.println("Kubernetes cannot be fetched from here (" + cause.getClass().getSimpleName() + ")");
            System.exit(1);
        }
    }

    private static void download(CompletableFuture<Void> download, String version)
            throws InterruptedException, ExecutionException {
        for (int seconds = SECONDS_BETWEEN_SIGNS_OF_LIFE; ; seconds += SECONDS_BETWEEN_SIGNS_OF_LIFE) {
            try {
                download.get(SECONDS_BETWEEN_SIGNS_OF_LIFE, TimeUnit.SECONDS);
                return;
            } catch (TimeoutException e) {
                System.out.println("Fetching Kubernetes " + version + ", for " + seconds + " s");
            }
        }
    }
}
