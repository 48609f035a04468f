package dev.rootlessnetwork;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Standard output or error, in UTF-8; knows whether what was written to it arrived. */
final class StandardStream {
    private final PrintStream printer;
    private volatile @Nullable IOException failure;

    private StandardStream(FileDescriptor descriptor) {
        OutputStream recording = new FilterOutputStream(new FileOutputStream(descriptor)) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    out.write(bytes, offset, length);
                } catch (IOException e) {
                    failure = e;
                    throw e;
                }
            }
        };
        this.printer = new PrintStream(new BufferedOutputStream(recording), true, StandardCharsets.UTF_8);
    }

    static StandardStream out() {
        return new StandardStream(FileDescriptor.out);
    }

    static StandardStream err() {
        return new StandardStream(FileDescriptor.err);
    }

    PrintStream printer() {
        return printer;
    }

    /**
     * What a command's exit code becomes once all its output is written: who closes the pipe has seen enough, but a full
     * disk is a failure.
     */
    int exitCode(int ofCommand, PrintStream err) {
        printer.flush();
        IOException problem = failure;
        if (problem == null || String.valueOf(problem.getMessage()).contains("Broken pipe")) {
            return ofCommand;
        }
        err.println("rootlessnet: cannot write to standard output: " + problem.getMessage());
        return ofCommand == ExitCode.OK ? ExitCode.FAILED : ofCommand;
    }
}
