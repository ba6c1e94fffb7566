package dev.holdfast.selftest.power;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Which of the writes that no flush covered are on the device after a power cut.
 *
 * @param position how many records of the log had come by then
 * @param seed of the choices
 */
public record PowerLoss(int position, Mode mode, long seed) {

  /** The ways to choose. */
  public enum Mode {
    /** None of them. */
    NONE,
    /** All, as if the cache had been written just in time. */
    ALL,
    /** Each by chance. */
    RANDOM,
    /** The oldest. */
    PREFIX,
    /** The newest. */
    SUFFIX,
    /** Each 512-byte sector by chance. */
    TORN
  }

  /** Writes what survives of {@code pending} into {@code image}. */
  void apply(List<LogRecord.Write> pending, DeviceImage image) {
    SplittableRandom random = new SplittableRandom(seed);
    int edge = pending.isEmpty() ? 0 : random.nextInt(pending.size() + 1);
    for (int i = 0; i < pending.size(); i++) {
      LogRecord.Write write = pending.get(i);
      boolean whole =
          switch (mode) {
            case NONE, TORN -> false;
            case ALL -> true;
            case RANDOM -> random.nextBoolean();
            case PREFIX -> i < edge;
            case SUFFIX -> i >= edge;
          };
      if (whole) {
        image.write(write.offset(), write.data(), 0, write.data().length);
      } else if (mode == Mode.TORN) {
        tear(write, image, random);
      }
    }
  }

  private static void tear(LogRecord.Write write, DeviceImage image, SplittableRandom random) {
    int size = write.data().length;
    for (int from = 0; from < size; from += DeviceImage.SECTOR) {
      if (random.nextBoolean()) {
        image.write(write.offset(), write.data(), from, Math.min(size, from + DeviceImage.SECTOR));
      }
    }
  }

  @Override
  public String toString() {
    return position + ":" + mode + ":" + seed;
  }
}
