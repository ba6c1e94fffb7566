package dev.holdfast.cli;

import dev.holdfast.engine.Progress;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Shows how far long work has come, in one line of a terminal that is gone afterwards. */
final class ProgressLine implements Progress, AutoCloseable {
  private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int BAR = 30;
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(100);

  private final Printer printer;
  private final boolean visible;
  private final LongSupplier nanos;
  private final long began;
  private long drawn;

  /**
   * Begins to watch.
   *
   * @param visible whether anybody would see the line
   */
  ProgressLine(Printer printer, boolean visible) {
    this(printer, visible, System::nanoTime);
  }

  ProgressLine(Printer printer, boolean visible, LongSupplier nanos) {
    this.printer = printer;
    this.visible = visible;
    this.nanos = nanos;
    this.began = nanos.getAsLong();
  }

  @Override
  public synchronized void advanced(Phase phase, long entries, long bytes) {
    long elapsed = nanos.getAsLong() - began;
    if (!visible || elapsed < QUIET || elapsed - drawn < STEP) {
      return;
    }
    drawn = elapsed;
    printer.raw("\r" + words(phase) + amount(entries, bytes) + "\033[K");
  }

  /** Says how many of some things are done, with a bar. */
  synchronized void show(long done, long all, String more) {
    long elapsed = nanos.getAsLong() - began;
    if (!visible || elapsed < QUIET || elapsed - drawn < STEP) {
      return;
    }
    drawn = elapsed;
    int filled = (int) (all == 0 ? 0 : done * BAR / all);
    String bar = "#".repeat(filled) + "-".repeat(BAR - filled);
    long seconds = done == 0 ? 0 : TimeUnit.NANOSECONDS.toSeconds(elapsed / done * (all - done));
    printer.raw(
        "\r[%s] %d of %d, %s, %d:%02d left\033[K"
            .formatted(bar, done, all, more, seconds / 60, seconds % 60));
  }

  private static String amount(long entries, long bytes) {
    if (entries == 0 && bytes == 0) {
      return " …";
    }
    String size = bytes == 0 ? "" : ", " + TransactionText.bytes(bytes);
    return ": " + TransactionText.entries(entries) + size;
  }

  private static String words(Phase phase) {
    return switch (phase) {
      case COMPARING -> "comparing";
      case STAGING -> "staging";
      case MAKING_DURABLE -> "waiting for the disk";
      case APPLYING -> "applying";
      case RECOVERING -> "recovering";
    };
  }

  /** Takes the line away. */
  @Override
  public synchronized void close() {
    if (drawn != 0) {
      printer.raw("\r\033[K");
    }
  }
}
