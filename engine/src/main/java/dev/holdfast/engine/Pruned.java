package dev.holdfast.engine;

import java.util.List;

/**
 * What was, or would be, freed.
 *
 * @param sequences the transactions whose before-images went
 * @param bytes the bytes that they held
 */
public record Pruned(List<Long> sequences, long bytes) {
  /** Copies the list. */
  public Pruned {
    sequences = List.copyOf(sequences);
  }
}
