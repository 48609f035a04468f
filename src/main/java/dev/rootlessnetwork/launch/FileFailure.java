package dev.rootlessnetwork.launch;

import java.io.IOException;
import java.nio.file.FileSystemException;

/** Words for failures of the file system. */
final class FileFailure {
    private FileFailure() {}

    /** What went wrong, in words also for exceptions whose message is only a path. */
    static String describe(IOException e) {
        String kind = e.getClass().getSimpleName().replaceAll("Exception$", "");
        String message = e.getMessage();
        if (message == null) {
            return kind;
        }
        return e instanceof FileSystemException && e.getClass() != FileSystemException.class
                ? kind + " " + message
                : message;
    }
}
