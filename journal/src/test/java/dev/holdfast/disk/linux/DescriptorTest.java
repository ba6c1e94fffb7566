package dev.holdfast.disk.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class DescriptorTest {
  private final FaultyLibC libc = new FaultyLibC();

  private Descriptor open() throws ErrnoException {
    LibC library = libc.library();
    byte[] path = "/dev/null".getBytes(StandardCharsets.US_ASCII);
    return new Descriptor(
        library, library.openat(LibC.AT_FDCWD, path, LibC.O_RDONLY | LibC.O_CLOEXEC));
  }

  @Test
  void isNotUsedAfterItsClose() throws Exception {
    Descriptor descriptor = open();
    descriptor.acquire();
    descriptor.release();
    descriptor.close();

    assertThatIllegalStateException().isThrownBy(descriptor::acquire);
    assertThat(libc.openCount()).isZero();
  }

  @Test
  void isClosedOnce() throws Exception {
    Descriptor descriptor = open();
    descriptor.close();
    descriptor.close();

    assertThat(libc.calls()).containsOnlyOnce("close");
  }

  @Test
  void staysOpenForThoseWhoUseIt() throws Exception {
    Descriptor descriptor = open();
    descriptor.acquire();
    descriptor.acquire();
    descriptor.close();
    assertThat(libc.openCount()).isEqualTo(1);
    assertThatIllegalStateException().isThrownBy(descriptor::acquire);

    descriptor.release();
    assertThat(libc.openCount()).isEqualTo(1);
    descriptor.release();
    assertThat(libc.openCount()).isZero();
    assertThat(libc.calls()).containsOnlyOnce("close");
  }

  @Test
  void isClosedOnceWhateverTheThreadsDo() throws Exception {
    int threads = 4;
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < 500; round++) {
        libc.forgetCalls();
        Descriptor descriptor = open();
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<?>> done = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
          boolean closing = thread == 0;
          done.add(
              executor.submit(() -> {
                start.await();
                useUntilClosed(descriptor, closing);
                return null;
              }));
        }
        for (Future<?> future : done) {
          future.get();
        }
        assertThat(libc.calls()).containsOnlyOnce("close");
      }
    }
  }

  private static void useUntilClosed(Descriptor descriptor, boolean closing) {
    if (closing) {
      descriptor.close();
      return;
    }
    while (true) {
      try {
        descriptor.acquire();
      } catch (IllegalStateException _) {
        return;
      }
      descriptor.release();
    }
  }
}
