package dev.holdfast.testing;

/**
 * The kernel's memory of failed write-back for one file or file system, as its errseq_t: every
 * descriptor that was open when it happened hears of it once, and one opened later only if nobody
 * has heard yet.
 */
final class WritebackErrors {
  private int count;
  private boolean seen = true;

  /** Remembers a failure. */
  void add() {
    count++;
    seen = false;
  }

  /** Returns what a new descriptor must remember to be told what it has to be told. */
  int sample() {
    return seen ? count : count - 1;
  }

  /** Returns whether there is news for a descriptor that remembers {@code sample}. */
  boolean isNews(int sample) {
    if (sample == count) {
      return false;
    }
    seen = true;
    return true;
  }

  /** Returns what a descriptor remembers after it was told. */
  int current() {
    return count;
  }
}
