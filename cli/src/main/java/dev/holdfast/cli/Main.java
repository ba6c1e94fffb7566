package dev.holdfast.cli;

import dev.holdfast.disk.linux.LinuxDisk;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.Locale;

/** The process: its arguments, its standard streams, its signals and its exit status. */
final class Main {
  private Main() {}

  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    Interruption interruption = new Interruption();
    interruption.install();
    Program program =
        program(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            interruption);
    ExitCode exit = program.run(Environment.arguments(args));
    int status = program.status(exit);
    interruption.finished(exit, status);
    System.exit(status);
  }

  /** Returns the program of this process that writes there. */
  static Program program(OutputStream out, OutputStream err, Interruption interruption) {
    return new Program(
        new Printer(out, err, Terminal.STDOUT::hasReader),
        Environment.ofProcess(),
        LinuxDisk::create,
        Clock.systemUTC(),
        interruption);
  }
}
