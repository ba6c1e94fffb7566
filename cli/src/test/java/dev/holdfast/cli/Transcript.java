package dev.holdfast.cli;

import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Runs command lines inside the test and keeps what they print. */
final class Transcript {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final Printer printer = new Printer(out, err, () -> false);

  /** Runs a command line of text, without any variables. */
  ExitCode run(String... words) {
    return run(Arrays.stream(words).map(Transcript::bytes).toList());
  }

  /** Runs a command line. */
  ExitCode run(List<ByteString> words) {
    Clock clock = Clock.fixed(Instant.parse("2026-11-22T08:00:00Z"), ZoneOffset.UTC);
    return new Program(printer, _ -> Optional.empty(), LinuxDisk::create, clock, new Interruption())
        .run(words);
  }

  /** Returns the UTF-8 bytes of {@code text}. */
  static ByteString bytes(String text) {
    return ByteString.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns what went to stdout. */
  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Returns what went to stderr. */
  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
