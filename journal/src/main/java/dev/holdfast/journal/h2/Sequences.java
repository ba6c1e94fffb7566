package dev.holdfast.journal.h2;

import dev.holdfast.journal.CanonicalReader;
import dev.holdfast.journal.CanonicalWriter;
import dev.holdfast.journal.JournalException;
import java.util.Arrays;
import java.util.Collection;

/** An immutable set of sequence numbers, small where they lie close together. */
final class Sequences {
  /** The empty set. */
  static final Sequences NONE = new Sequences(new long[0], new long[0]);

  /** The first and the last number of each run, ascending. */
  private final long[] firsts;

  private final long[] lasts;

  private Sequences(long[] firsts, long[] lasts) {
    this.firsts = firsts;
    this.lasts = lasts;
  }

  /** Returns whether {@code sequence} is in the set. */
  boolean contains(long sequence) {
    int found = Arrays.binarySearch(firsts, sequence);
    int run = found >= 0 ? found : -found - 2;
    return run >= 0 && sequence <= lasts[run];
  }

  /** Returns this set with {@code more} in it. */
  Sequences with(Collection<Long> more) {
    long[] all = new long[2 * (firsts.length + more.size())];
    int count = 0;
    for (int i = 0; i < firsts.length; i++) {
      all[count++] = firsts[i];
    }
    for (long sequence : more) {
      if (!contains(sequence)) {
        all[count++] = sequence;
      }
    }
    long[] starts = Arrays.copyOf(all, count);
    Arrays.sort(starts);
    long[] newFirsts = new long[count];
    long[] newLasts = new long[count];
    int runs = 0;
    for (int i = 0; i < count; i++) {
      int found = Arrays.binarySearch(firsts, starts[i]);
      long last = found >= 0 ? lasts[found] : starts[i];
      if (runs > 0 && newLasts[runs - 1] >= starts[i] - 1) {
        newLasts[runs - 1] = Math.max(newLasts[runs - 1], last);
      } else {
        newFirsts[runs] = starts[i];
        newLasts[runs++] = last;
      }
    }
    return new Sequences(Arrays.copyOf(newFirsts, runs), Arrays.copyOf(newLasts, runs));
  }

  /**
   * Writes the number of runs, and for each the gap before it and how much longer than one it is.
   */
  void writeTo(CanonicalWriter out) {
    out.count(firsts.length);
    long end = -1;
    for (int i = 0; i < firsts.length; i++) {
      out.number(firsts[i] - end - 2).number(lasts[i] - firsts[i]);
      end = lasts[i];
    }
  }

  static Sequences readFrom(CanonicalReader in) throws JournalException {
    int runs = in.count(2);
    long[] firsts = new long[runs];
    long[] lasts = new long[runs];
    long end = -1;
    for (int i = 0; i < runs; i++) {
      firsts[i] = end + 2 + in.number(Long.MAX_VALUE - end - 2);
      lasts[i] = firsts[i] + in.number(Long.MAX_VALUE - firsts[i]);
      end = lasts[i];
      if (end > Long.MAX_VALUE - 2 && i + 1 < runs) {
        throw in.damaged("no such transactions");
      }
    }
    return new Sequences(firsts, lasts);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sequences set
        && Arrays.equals(firsts, set.firsts)
        && Arrays.equals(lasts, set.lasts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(firsts) + 31 * Arrays.hashCode(lasts);
  }
}
