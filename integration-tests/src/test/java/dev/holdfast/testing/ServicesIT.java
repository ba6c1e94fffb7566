package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testing.services.ServiceFigures;
import dev.holdfast.testing.services.ServiceProof;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Services under runit and s6 that die all the time, while updates go through and are killed half
 * way. A share of {@code ./verify --campaign services}, with the control that shows mixtures.
 */
final class ServicesIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path base;

  @BeforeEach
  void needsSupervisors() {
    assumeTrue(
        Command.succeeds("sh", "-c", "command -v runsvdir && command -v s6-svscan"),
        "no runit or s6");
  }

  @Test
  void withoutTheGateServicesSeeMixtures() throws IOException, InterruptedException {
    ServiceFigures figures = run(false, 300);
    assertThat(figures.mixtures()).as(figures.toString()).isNotEmpty();
  }

  @Test
  void withTheGateTheySeeNone() throws IOException, InterruptedException {
    ServiceFigures figures = run(true, 600);
    assertThat(figures.mixtures()).as(figures.toString()).isEmpty();
    assertThat(figures.lost()).as(figures.toString()).isEmpty();
    assertThat(figures.halfWay()).as(figures.toString()).isPositive();
    assertThat(figures.observations()).isGreaterThanOrEqualTo(600);
  }

  @SuppressWarnings("SystemOut")
  private ServiceFigures run(boolean gated, int observations)
      throws IOException, InterruptedException {
    ServiceFigures figures =
        new ServiceProof(base, new ServiceProof.Settings(gated, 6, observations, LIMIT, 1)).run();
    System.out.println("services, " + (gated ? "gated: " : "ungated: ") + figures);
    return figures;
  }
}
