package dev.holdfast.testing.wrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Real packages upgraded by dpkg in a real Debian, wrapped and killed; and a batch by apt. For
 * more: {@code ./verify --campaign wrap}.
 */
final class WrappedUpgradeIT {
  private static final long SEED = Long.getLong("holdfast.seed", 20261122L);
  private static final int KILLS = Integer.getInteger("holdfast.kills", 4);

  @Test
  @SuppressWarnings("SystemOut")
  void killedAtAnyMomentItIsOldOrNew() throws Exception {
    String missing = DebianSystem.missing().orElse("");
    assumeTrue(missing.isEmpty(), missing);
    assumeTrue(DebianSystem.isFetched(), "no Debian with two versions of its packages");
    WrapFigures figures = new WrapFigures();
    List<String> violations =
        WrapCampaign.run(
            Path.of("/var/tmp"),
            List.of(WrapRig.Roots.values()),
            KILLS,
            Duration.ofHours(1),
            SEED,
            figures,
            System.out);
    System.out.println("wrap: " + figures);
    assertThat(violations).as("seed %s", SEED).isEmpty();
    assertThat(figures.kills()).isPositive();
  }
}
