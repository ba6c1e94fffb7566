package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.Progress.Phase;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Long work shows on a terminal how far it has come, and leaves no trace of that. */
class ProgressLineTest {
  private final Transcript transcript = new Transcript();
  private long now;

  private ProgressLine line(boolean visible) {
    return new ProgressLine(transcript.printer, visible, () -> now);
  }

  private void pass(long milliseconds) {
    now += TimeUnit.MILLISECONDS.toNanos(milliseconds);
  }

  @Test
  void showsPhaseEntriesAndBytesOnceTheWorkIsLong() {
    try (ProgressLine line = line(true)) {
      line.advanced(Phase.STAGING, 1, 10);
      assertThat(transcript.err()).as("short work").isEmpty();
      pass(600);
      line.advanced(Phase.STAGING, 2000, 3 << 20);
      line.advanced(Phase.STAGING, 2001, 3 << 20);
      assertThat(transcript.err()).isEqualTo("\rstaging: 2000 entries, 3.0 MiB\033[K");
      pass(200);
      line.advanced(Phase.MAKING_DURABLE, 0, 0);
      assertThat(transcript.err()).endsWith("\rwaiting for the disk …\033[K");
    }
    assertThat(transcript.err()).endsWith("\r\033[K");
    assertThat(transcript.out()).isEmpty();
  }

  @Test
  void showsABarAndTheTimeThatIsLeft() {
    try (ProgressLine line = line(true)) {
      pass(1000);
      line.show(1, 0, "nothing is planned");
      pass(59_000);
      line.show(10, 30, "4 of a kind");
    }
    assertThat(transcript.err())
        .endsWith(
            "\r[##########--------------------] 10 of 30, 4 of a kind, 2:00 left\033[K"
                + "\r\033[K");
  }

  @Test
  void isSilentWhereNobodyWouldSeeIt() {
    try (ProgressLine line = line(false)) {
      pass(5000);
      line.advanced(Phase.APPLYING, 5, 0);
    }
    assertThat(transcript.err()).isEmpty();
  }
}
