package dev.holdfast.cli;

import dev.holdfast.disk.linux.LinuxDisk;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.time.Clock;
import java.util.Locale;

/** The process: its arguments, its standard streams, its signals and its exit status. */
final class Main {
  private Main() {}

  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    Interruption interruption = new Interruption();
    interruption.install();
    Printer printer =
        new Printer(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Terminal.STDOUT::hasReader);
    Program program =
        new Program(
            printer, Environment.ofProcess(), LinuxDisk::create, Clock.systemUTC(), interruption);
    ExitCode exit = program.run(Environment.arguments(args));
    int status = program.status(exit);
    interruption.finished(exit, status);
    System.exit(status);
  }
}
