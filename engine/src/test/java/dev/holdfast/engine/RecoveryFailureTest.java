package dev.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.TestClock.Moment;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.commit.RecoveryReport.Finding;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What recovery says when the disk fails it: never that nothing is half done. */
class RecoveryFailureTest {
  @TempDir Path folder;

  @Test
  void aTransactionWhoseRootCannotBeLockedIsNamedAndStaysPending() throws IOException {
    CrashedRoot root = new CrashedRoot(folder);
    root.crash(Moment.AFTER_APPLYING);
    Path lock = root.control.resolve("lock");
    Files.delete(lock);
    Files.createDirectory(lock);
    try (Holdfast holdfast = root.open("state")) {
      RecoveryReport report = holdfast.recover(List.of(), false);
      assertThat(report.isUnresolved()).isTrue();
      Finding finding = report.findings().getFirst();
      assertThat(finding.result()).isEqualTo(Result.UNRESOLVED);
      assertThat(finding.sequence()).isEqualTo(1);
      assertThat(finding.text())
          .contains("transaction 1 could not be recovered")
          .contains(lock.toString());
    }
    Files.delete(lock);
    Files.createFile(lock);
    try (Holdfast holdfast = root.open("state")) {
      assertThat(holdfast.recover(List.of(), false).findings().getFirst().result())
          .isEqualTo(Result.FORWARD);
    }
    assertThat(TreeState.of(root.live)).isEqualTo(root.after);
  }
}
