package dev.holdfast.testing.proof;

import java.io.Serial;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.util.SplittableRandom;

/** Random numbers that come again with the same seed, for what asks for a {@link SecureRandom}. */
final class SeededRandom extends SecureRandom {
  @Serial private static final long serialVersionUID = 1L;

  SeededRandom(long seed) {
    super(new Source(seed), null);
  }

  private static final class Source extends SecureRandomSpi {
    @Serial private static final long serialVersionUID = 1L;

    private final transient SplittableRandom random;

    Source(long seed) {
      random = new SplittableRandom(seed);
    }

    @Override
    protected void engineSetSeed(byte[] seed) {
      // The seed was given once.
    }

    @Override
    protected void engineNextBytes(byte[] bytes) {
      random.nextBytes(bytes);
    }

    @Override
    protected byte[] engineGenerateSeed(int count) {
      byte[] bytes = new byte[count];
      random.nextBytes(bytes);
      return bytes;
    }
  }
}
