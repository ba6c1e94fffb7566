package dev.holdfast.testing.services;

import java.util.List;

/**
 * What a run came to.
 *
 * @param observations how often a script read everything
 * @param finishes how many of them a {@code finish} made
 * @param mixtures what was seen that was of more than one generation
 * @param updates how many updates went through
 * @param kills how many updates were killed
 * @param halfWay how many of these with a mixture in the tree
 * @param answers how often the supervisors' tools were asked, and answered
 * @param lost what a supervisor lost: a changed process, a changed directory, no answer
 */
public record ServiceFigures(
    long observations,
    long finishes,
    List<String> mixtures,
    int updates,
    int kills,
    int halfWay,
    int answers,
    List<String> lost) {

  /** Copies the lists. */
  public ServiceFigures {
    mixtures = List.copyOf(mixtures);
    lost = List.copyOf(lost);
  }

  @Override
  public String toString() {
    return ("%d observations (%d by finish), %d of a mixture; %d updates and %d killed, %d of them half"
            + " way; %d answers of supervisors, %d lost")
        .formatted(
            observations, finishes, mixtures.size(), updates, kills, halfWay, answers, lost.size());
  }
}
