package dev.holdfast.testing.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * A root around the one that is updated joins the transaction at its commit. Its barrier is asked
 * first, and must know of what was lost while the other root was staged (I2).
 */
class CoverBarrierTest {
  private static final AbsolutePath OUTER = AbsolutePath.of("/srv/site");
  private static final AbsolutePath INNER = AbsolutePath.of("/srv/site/inner");

  @Test
  void aLossThatAnotherProcessWasToldOfBeforeTheCommitRollsItBack() throws IOException {
    Scenario overlapping =
        Scenarios.all().stream()
            .filter(each -> each.name().equals("overlapping"))
            .findFirst()
            .orElseThrow();
    Scenario scenario =
        new Scenario(
            "the journal elsewhere, which has lost nothing",
            () -> SimulatedDisk.builder().mount("/srv").build(),
            overlapping.state(),
            overlapping.roots(),
            overlapping.registered(),
            overlapping.service(),
            overlapping.preparation(),
            overlapping.updates());
    SimulatedDisk disk = scenario.prepared();
    try (Holdfast holdfast = Sessions.open(disk, scenario.state());
        Directory elsewhere = disk.openDirectory(OUTER);
        FileSystemSync another = elsewhere.openSync()) {
      Root inner = holdfast.root(INNER);
      try (Transaction tx = holdfast.begin(Options.message("lost"), inner)) {
        tx.write(inner, "b", "new".getBytes(UTF_8));
        disk.loseDirtyPages("/srv");
        assertThatExceptionOfType(DiskException.class).isThrownBy(another::sync);

        assertThatExceptionOfType(RolledBackException.class).isThrownBy(tx::commit);
      }
      assertThat(scenario.trees(disk)).isEqualTo(scenario.trees(scenario.prepared()));
    }
  }
}
