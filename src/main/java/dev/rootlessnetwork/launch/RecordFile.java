package dev.rootlessnetwork.launch;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The recovery record of one network on disk, written when it changes. Guarded by its network's lock. */
final class RecordFile {
    private static final Logger LOG = LoggerFactory.getLogger(RecordFile.class);

    private final StateDirectory state;
    private final Path file;
    private @Nullable NetworkRecord saved;

    RecordFile(StateDirectory state, Path file) {
        this.state = state;
        this.file = file;
    }

    /** Notes what was read from the file. */
    void found(NetworkRecord record) {
        saved = record;
    }

    /** Writes a record that differs from the one that is there; after this the next operator knows of it. */
    void save(NetworkRecord current) throws IOException {
        if (!current.equals(saved)) {
            state.writeRecord(current);
            saved = current;
        }
    }

    /** The same where work goes on all the same. */
    void saveOrWarn(NetworkRecord current) {
        try {
            save(current);
        } catch (IOException e) {
            LOG.warn(
                    "Cannot write a recovery record; after a restart of ours this network is started anew file={} error={}",
                    file,
                    FileFailure.describe(e));
        }
    }
}
