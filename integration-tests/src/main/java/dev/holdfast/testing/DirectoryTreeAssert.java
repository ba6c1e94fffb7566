package dev.holdfast.testing;

import dev.holdfast.selftest.tree.DirectoryTree;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on a {@link DirectoryTree}: {@code assertThat(tree).isExactlyOneOf(before, after)} is
 * the promise to be kept.
 */
public final class DirectoryTreeAssert extends AbstractAssert<DirectoryTreeAssert, DirectoryTree> {

  private DirectoryTreeAssert(DirectoryTree actual) {
    super(actual, DirectoryTreeAssert.class);
  }

  /** Begins an assertion. */
  public static DirectoryTreeAssert assertThat(DirectoryTree tree) {
    return new DirectoryTreeAssert(tree);
  }

  /** Checks that the tree is one of {@code possible}, nothing in between. */
  public DirectoryTreeAssert isExactlyOneOf(DirectoryTree... possible) {
    for (DirectoryTree tree : possible) {
      if (actual.equals(tree)) {
        return this;
      }
    }
    StringBuilder message = new StringBuilder("the tree is a mixture");
    for (int i = 0; i < possible.length; i++) {
      message
          .append("\nto be state ")
          .append(i + 1)
          .append(" of ")
          .append(possible.length)
          .append(" it lacks:\n")
          .append(actual.difference(possible[i]));
    }
    throw failure("%s", message);
  }

  /** Checks that nobody could tell the tree from {@code expected}. */
  public DirectoryTreeAssert hasSameEntriesAs(DirectoryTree expected) {
    if (!actual.equals(expected)) {
      throw failure(
          "the tree is another one; to be the expected it lacks:%n%s", actual.difference(expected));
    }
    return this;
  }
}
