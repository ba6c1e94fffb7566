package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Call.Verb;
import dev.holdfast.selftest.disk.InterceptedDisk;
import dev.holdfast.selftest.disk.Interceptor;
import org.junit.jupiter.api.Test;

/** An interceptor changes nothing of a disk, sees everything, and can make it fail. */
final class InterceptedDiskTest extends DiskContract {
  private final SimulatedDisk simulated = SimulatedDisk.builder().mount("/srv").build();
  private final Disk disk = new InterceptedDisk(simulated, _ -> {});

  @Override
  public Disk disk() {
    return disk;
  }

  @Override
  public AbsolutePath folder() {
    return AbsolutePath.of("/srv");
  }

  @Test
  void recordsWhatIsAskedOfADisk() throws DiskException {
    CallRecorder recorder = new CallRecorder();
    try (Directory srv = new InterceptedDisk(simulated, recorder).openDirectory(folder());
        DiskFile file = srv.create(name("a"), 0644)) {
      file.write(0, buffer("text"));
      file.sync();
      srv.rename(name("a"), srv, name("b"));
      srv.sync();
    }
    assertThat(recorder.steps())
        .map(Call::toString)
        .containsExactly(
            "create /srv/a 644",
            "write /srv/a 0+4",
            "sync file /srv/a",
            "rename /srv/a to /srv/b",
            "sync directory /srv");
    assertThat(recorder.count(Verb.OPEN)).isOne();
    assertThat(recorder.count(call -> call.verb().isBarrier())).isEqualTo(2);
  }

  @Test
  void failsACallWithoutEffect() throws DiskException {
    Interceptor failing = FaultPlan.atStep(2, Fault.of(DiskError.NO_SPACE)).interceptor();
    try (Directory srv = new InterceptedDisk(simulated, failing).openDirectory(folder())) {
      srv.makeDirectory(name("a"), 0755);
      assertThatThrownBy(() -> srv.makeDirectory(name("b"), 0755))
          .isInstanceOf(DiskException.class)
          .hasMessageContaining(DiskError.NO_SPACE.text());
      assertThat(srv.list()).containsExactly(name("a"));
    }
  }
}
