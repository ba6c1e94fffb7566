package dev.holdfast.cli;

import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.testing.proof.ProgramMutants;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.time.Clock;
import java.util.Arrays;

/** The program with a mistake in it: {@code MISTAKE COMMAND...}; else as {@link Main}. */
public final class MutantMain {
  private MutantMain() {}

  /** Runs the command line after the mistake's name. */
  public static void main(String[] args) {
    Program program =
        new Program(
            new Printer(
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                Terminal.STDOUT::hasReader),
            Environment.ofProcess(),
            () -> ProgramMutants.valueOf(args[0]).on(LinuxDisk.create()),
            Clock.systemUTC(),
            new Interruption());
    String[] words = Arrays.copyOfRange(args, 1, args.length);
    System.exit(program.run(Environment.arguments(words)).number());
  }
}
