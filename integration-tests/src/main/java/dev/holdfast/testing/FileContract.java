package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.disk.DiskFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The contents of files. */
interface FileContract extends DiskFixture {
  /** More than any buffer between us and the kernel. */
  int LARGE = 700_001;

  @Test
  default void readsWhatWasWritten() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.write(0, buffer("hello"));
      file.write(5, buffer(" world"));

      assertThat(file.size()).isEqualTo(11);
      assertThat(read(file)).isEqualTo("hello world");
    }
    assertThat(read("file")).isEqualTo("hello world");
  }

  @Test
  default void honoursPositionAndLimitOfABuffer() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      ByteBuffer source = buffer("0123456789").position(2).limit(6);
      file.write(0, source);
      assertThat(source.remaining()).isZero();
      assertThat(source.position()).isEqualTo(6);
      assertThat(read(file)).isEqualTo("2345");

      ByteBuffer target = ByteBuffer.allocate(10).put((byte) 'x').limit(4);
      assertThat(file.read(1, target)).isEqualTo(3);
      assertThat(target.position()).isEqualTo(4);
      assertThat(new String(target.array(), 0, 4, StandardCharsets.UTF_8)).isEqualTo("x345");
      assertThat(target.array()[4]).isZero();
    }
  }

  @Test
  default void takesEveryKindOfBuffer() throws Exception {
    byte[] contents = new byte[LARGE];
    new Random(1).nextBytes(contents);
    List<ByteBuffer> sources = new ArrayList<>();
    sources.add(ByteBuffer.wrap(contents));
    sources.add(ByteBuffer.wrap(contents).asReadOnlyBuffer());
    sources.add(ByteBuffer.allocateDirect(LARGE).put(contents).flip());
    sources.add(ByteBuffer.allocateDirect(LARGE).put(contents).flip().asReadOnlyBuffer());
    sources.add(ByteBuffer.allocate(LARGE + 7).position(7).slice().put(contents).flip());
    int number = 0;
    for (ByteBuffer source : sources) {
      try (DiskFile file = here().create(name("file" + number++), 0644)) {
        file.write(3, source);
        assertThat(source.hasRemaining()).isFalse();
        assertThat(file.size()).isEqualTo(LARGE + 3);
        for (ByteBuffer target :
            List.of(ByteBuffer.allocate(LARGE), ByteBuffer.allocateDirect(LARGE))) {
          readFully(file, 3, target);
          assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(contents));
        }
      }
    }
  }

  private static void readFully(DiskFile file, long position, ByteBuffer target) throws Exception {
    long next = position;
    while (target.hasRemaining()) {
      int count = file.read(next, target);
      assertThat(count).isPositive();
      next += count;
    }
  }

  @Test
  default void readsNothingAtOrPastTheEnd() throws Exception {
    write("file", "text");
    try (DiskFile file = here().openToRead(name("file"))) {
      ByteBuffer target = ByteBuffer.allocate(10);
      assertThat(file.read(4, target)).isZero();
      assertThat(file.read(1_000_000, target)).isZero();
      assertThat(target.position()).isZero();
      assertThat(file.read(0, ByteBuffer.allocate(0))).isZero();
      assertThat(file.read(2, target)).isEqualTo(2);
    }
  }

  @Test
  default void refusesImpossiblePositionsAndBuffers() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      assertThatIllegalArgumentException().isThrownBy(() -> file.read(-1, buffer("x")));
      assertThatIllegalArgumentException().isThrownBy(() -> file.write(-1, buffer("x")));
      assertThatIllegalArgumentException().isThrownBy(() -> file.truncate(-1));
      file.write(0, buffer("text"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.read(0, ByteBuffer.allocate(4).asReadOnlyBuffer()));
    }
  }

  @Test
  default void writingNothingChangesNothing() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.write(1000, ByteBuffer.allocate(0));

      assertThat(file.size()).isZero();
    }
  }

  @Test
  default void fillsAGapWithZeros() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.write(3, buffer("x"));

      assertThat(read(file)).isEqualTo("\0\0\0x");
    }
  }

  @Test
  default void cutsAndExtends() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.write(0, buffer("0123456789"));
      file.truncate(4);
      assertThat(read(file)).isEqualTo("0123");

      file.truncate(6);
      assertThat(read(file)).isEqualTo("0123\0\0");
    }
  }

  @Test
  default void anExtendedFileNeedsNoSpace() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.truncate(1L << 30);

      assertThat(file.size()).isEqualTo(1L << 30);
      assertThat(file.stat().allocated()).isLessThan(1L << 20);
    }
  }

  @Test
  default void showsAWholeFileAsData() throws Exception {
    write("file", "text");
    try (DiskFile file = here().openToRead(name("file"))) {
      assertThat(file.nextData(0)).isZero();
      assertThat(file.nextData(2)).isEqualTo(2);
      assertThat(file.nextHole(0)).isEqualTo(4);
      assertThat(file.nextData(4)).isEqualTo(4);
      assertThat(file.nextHole(4)).isEqualTo(4);
      assertThat(file.nextData(100)).isEqualTo(4);
      assertThat(file.nextHole(100)).isEqualTo(4);
    }
  }

  /** A file system may know no holes at all, but data must never hide in one. */
  @Test
  default void findsAllDataBetweenHoles() throws Exception {
    long mebi = 1 << 20;
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.write(2 * mebi, buffer("in the middle"));
      file.truncate(5 * mebi);

      long data = file.nextData(0);
      long hole = file.nextHole(data);
      assertThat(data).isLessThanOrEqualTo(2 * mebi);
      assertThat(hole).isGreaterThanOrEqualTo(2 * mebi + 13).isLessThanOrEqualTo(5 * mebi);
      assertThat(file.nextData(5 * mebi)).isEqualTo(5 * mebi);
    }
  }

  @Test
  default void clonesAFileOrChangesNothing() throws Exception {
    write("source", "contents".repeat(10_000));
    try (DiskFile source = here().openToRead(name("source"));
        DiskFile clone = here().create(name("clone"), 0600)) {
      if (clone.cloneFrom(source)) {
        assertThat(read(clone)).isEqualTo(read(source));
        clone.write(0, buffer("C"));
        assertThat(read(source)).startsWith("contents");
      } else {
        assertThat(clone.size()).isZero();
      }
    }
  }

  @Test
  default void syncsAndHints() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.write(0, ByteBuffer.allocate(LARGE));
      file.startWriteback();
      file.awaitWriteback();
      file.sync();
      file.dropCache();

      assertThat(file.size()).isEqualTo(LARGE);
      assertThat(read(file)).isEqualTo("\0".repeat(LARGE));
    }
  }

  @Test
  default void isSafeForSeveralThreads() throws Exception {
    int threads = 4;
    int blocks = 50;
    try (DiskFile file = here().create(name("file"), 0644);
        ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int start = thread;
        done.add(
            executor.submit(() -> {
              for (int block = start; block < blocks; block += threads) {
                file.write(block * 100L, buffer(String.format("%0100d", block)));
              }
              return null;
            }));
      }
      for (Future<?> future : done) {
        future.get();
      }
      StringBuilder expected = new StringBuilder();
      for (int block = 0; block < blocks; block++) {
        expected.append(String.format("%0100d", block));
      }
      assertThat(read(file)).isEqualTo(expected.toString());
    }
  }
}
