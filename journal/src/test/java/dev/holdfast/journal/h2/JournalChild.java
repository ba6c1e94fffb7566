package dev.holdfast.journal.h2;

import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Another process that writes to the journal until it is killed. */
final class JournalChild {
  private JournalChild() {}

  /** Starts one on the journal below {@code temporary}. */
  static Process start(Path temporary, String what, long seed) throws IOException {
    return new ProcessBuilder(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                JournalChild.class.getName(),
                temporary.toString(),
                what,
                Long.toString(seed)))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Writes, or holds the lock, for ever. */
  public static void main(String[] arguments) throws Exception {
    JournalFixture fixture = new JournalFixture(Path.of(arguments[0]));
    PrintStream out = System.out;
    fixture.random.setSeed(Long.parseLong(arguments[2]));
    try (H2Journal journal = fixture.open(LinuxDisk.create(), JournalFixture.PATIENT)) {
      if (arguments[1].equals("hold")) {
        try (JournalWriter _ = journal.write()) {
          out.println("held");
          Thread.sleep(Long.MAX_VALUE);
        }
      }
      write(fixture, journal, out);
    }
  }

  private static void write(JournalFixture fixture, H2Journal journal, PrintStream out)
      throws IOException {
    Random random = fixture.random;
    while (true) {
      TransactionRecord record;
      try (JournalWriter writer = journal.write()) {
        record = fixture.begin(writer, "child");
        fixture.decide(writer, record);
        if (random.nextBoolean()) {
          writer.force();
          out.println(record.sequence() + " " + record.id());
        }
      }
      if (random.nextInt(8) != 0) {
        try (JournalWriter writer = journal.write()) {
          fixture.apply(writer, record);
        }
      }
    }
  }
}
