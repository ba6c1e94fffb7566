package dev.holdfast.selftest.tree;

import dev.holdfast.disk.AbsolutePath;
import java.util.List;
import java.util.Map;

/** The trees of some roots before the first, and after each of some transactions. */
public final class TreeStates {
  private final List<AbsolutePath> roots;
  private final List<Map<AbsolutePath, DirectoryTree>> states;

  /** Creates them; an absent root has no tree. */
  public TreeStates(
      List<AbsolutePath> roots, List<? extends Map<AbsolutePath, DirectoryTree>> states) {
    this.roots = List.copyOf(roots);
    this.states = List.copyOf(states);
  }

  /** Returns the number of transactions whose effect is there, or -1 if the trees are a mixture. */
  public int stateOf(Map<AbsolutePath, DirectoryTree> trees) {
    return states.lastIndexOf(trees);
  }

  /**
   * Checks that the trees are those after some number of transactions.
   *
   * @param least the number of transactions that must be there
   * @param most the number of transactions that may be there
   * @return how many are
   */
  public int check(Map<AbsolutePath, DirectoryTree> trees, int least, int most) {
    for (int state = most; state >= least; state--) {
      if (states.get(state).equals(trees)) {
        return state;
      }
    }
    int other = stateOf(trees);
    StringBuilder message = new StringBuilder();
    if (other >= 0) {
      message.append("there are ").append(other).append(" transactions, and it must be ");
      message.append(least).append(" to ").append(most);
    } else {
      message.append("a mixture");
      for (int state = least; state <= most; state++) {
        message.append("\nto be the state after ").append(state).append(" transactions:\n");
        message.append(difference(trees, states.get(state)));
      }
    }
    throw new AssertionError(message.toString());
  }

  private String difference(
      Map<AbsolutePath, DirectoryTree> here, Map<AbsolutePath, DirectoryTree> there) {
    StringBuilder text = new StringBuilder();
    for (AbsolutePath root : roots) {
      DirectoryTree a = here.get(root);
      DirectoryTree b = there.get(root);
      if (a != null && b != null) {
        String difference = a.difference(b);
        if (!difference.isEmpty()) {
          text.append(root).append(":\n").append(difference);
        }
      } else if ((a == null) != (b == null)) {
        text.append(root).append(a == null ? " is missing\n" : " should not be there\n");
      }
    }
    return text.toString();
  }
}
