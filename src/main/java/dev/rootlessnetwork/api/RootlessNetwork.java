package dev.rootlessnetwork.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.rootlessnetwork.network.NetworkKey;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** User-mode networking for one target: the object that people write. */
@Group(RootlessNetwork.GROUP)
@Version(RootlessNetwork.VERSION)
@Kind(RootlessNetwork.KIND)
@Plural("rootlessnetworks")
@ShortNames("rln")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"apiVersion", "kind", "metadata", "spec", "status"})
public final class RootlessNetwork extends CustomResource<RootlessNetworkSpec, RootlessNetworkStatus>
        implements Namespaced {
    public static final String GROUP = "rootlessnetwork.dev";
    public static final String VERSION = "v1alpha1";
    public static final String KIND = "RootlessNetwork";
    public static final String API_VERSION = GROUP + "/" + VERSION;
    private static final long serialVersionUID = 1L;

    private @Nullable String writtenApiVersion;
    private @Nullable String writtenKind;

    /**
     * A new object.
     *
     * @param namespace null: none
     */
    public static RootlessNetwork of(String name, @Nullable String namespace, RootlessNetworkSpec spec) {
        RootlessNetwork object = new RootlessNetwork();
        object.setApiVersion(API_VERSION);
        object.setKind(KIND);
        ObjectMeta metadata = new ObjectMeta();
        metadata.setName(name);
        metadata.setNamespace(namespace);
        object.setMetadata(metadata);
        object.setSpec(spec);
        return object;
    }

    /** Keeps what was written, so that it can be judged; {@link #getApiVersion} is always our own. */
    @Override
    public void setApiVersion(@Nullable String apiVersion) {
        writtenApiVersion = apiVersion;
    }

    /** Keeps what was written, so that it can be judged; {@link #getKind} is always our own. */
    @Override
    public void setKind(@Nullable String kind) {
        writtenKind = kind;
    }

    /** The API version as a manifest gives it; null if it gives none. */
    @Nullable
    String writtenApiVersion() {
        return writtenApiVersion;
    }

    /** The kind as a manifest gives it; null if it gives none. */
    @Nullable
    String writtenKind() {
        return writtenKind;
    }

    /** Namespace and name. */
    public NetworkKey key() {
        return new NetworkKey(getMetadata().getNamespace(), getMetadata().getName());
    }

    /** What distinguishes the object from others of its name. */
    public String uid() {
        return getMetadata().getUid();
    }

    /** Number of the spec's edition; 0 if none is given. */
    public long generation() {
        Long generation = getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    /** Gives an object without a UID one. */
    public void defaultUid(String uid) {
        if (getMetadata().getUid() == null) {
            getMetadata().setUid(uid);
        }
    }

    /** Numbers the spec's edition. */
    public void setGeneration(long generation) {
        getMetadata().setGeneration(generation);
    }
}
