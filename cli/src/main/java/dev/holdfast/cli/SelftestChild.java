package dev.holdfast.cli;

import dev.holdfast.disk.Disk;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.ByteString;
import dev.holdfast.selftest.StepGate;
import dev.holdfast.selftest.disk.InterceptedDisk;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The program as {@code selftest} kills it: as {@link Main}, but behind a {@link StepGate}, whose
 * argument is the only one. The words of the command line are read from stdin.
 */
final class SelftestChild {
  private SelftestChild() {}

  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    run(args[0], LinuxDisk.create());
  }

  /** Runs the program on {@code disk}, and ends the process. */
  static void run(String stop, Disk disk) throws IOException {
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    StepGate gate = new StepGate(stop, line -> write(out, (line + "\n")));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ExitCode exit = run(new InterceptedDisk(disk, gate), words(), printed);
    gate.ended(exit.number());
    printed.writeTo(out);
    System.exit(exit.number());
  }

  /** Runs the program on {@code disk}. No variable is set. */
  static ExitCode run(Disk disk, List<ByteString> words, ByteArrayOutputStream printed) {
    return new Program(
            new Printer(printed, printed, () -> true),
            _ -> Optional.empty(),
            () -> disk,
            Clock.systemUTC(),
            new Interruption())
        .run(words);
  }

  private static void write(OutputStream out, String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<ByteString> words() throws IOException {
    List<ByteString> words = new ArrayList<>();
    ByteArrayOutputStream word = new ByteArrayOutputStream();
    for (int next = System.in.read(); next >= 0; next = System.in.read()) {
      if (next != 0) {
        word.write(next);
      } else if (word.size() == 0) {
        break;
      } else {
        words.add(ByteString.of(word.toByteArray()));
        word.reset();
      }
    }
    Thread.ofPlatform().daemon().start(SelftestChild::endWithParent);
    return words;
  }

  /** The pipe ends when whoever should kill this process is dead. */
  private static void endWithParent() {
    try {
      if (System.in.read() < 0) {
        Runtime.getRuntime().halt(1);
      }
    } catch (IOException _) {
      Runtime.getRuntime().halt(1);
    }
  }
}
