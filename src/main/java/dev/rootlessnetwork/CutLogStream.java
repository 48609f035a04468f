package dev.rootlessnetwork;

import dev.rootlessnetwork.slirp.SlirpLog;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Writes to a log that is opened at its end, and cuts it now and then, so that it stays small while nobody else is there to do that. */
final class CutLogStream extends FilterOutputStream {
    private static final int LOOK_AFTER_BYTES = 64 << 10;

    private final Path log;
    private long unlooked;

    /** @param log what the stream writes to */
    CutLogStream(OutputStream stream, Path log) {
        super(stream);
        this.log = log;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        unlooked += length;
        if (unlooked >= LOOK_AFTER_BYTES) {
            unlooked = 0;
            out.flush();
            SlirpLog.cut(log);
        }
    }
}
