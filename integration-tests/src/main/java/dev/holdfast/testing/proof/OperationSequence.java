package dev.holdfast.testing.proof;

import static dev.holdfast.testing.proof.Scenarios.bytes;

import com.google.common.base.Splitter;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.selftest.tree.TreeMaker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A sequence of a few operations over a few paths, as CrashMonkey's ACE makes them (Mohan and
 * others, OSDI 2018): small enough that all of them are tried, and the bugs that crashes find need
 * no more. Run as one transaction, or as a transaction each.
 *
 * @param together whether all operations are one transaction
 */
record OperationSequence(boolean together, List<Operation> operations) {
  private static final String TOGETHER = "ops:";
  private static final String ALONE = "transactions:";
  private static final String ROOT = "/srv/site";

  OperationSequence {
    operations = List.copyOf(operations);
  }

  /** The alphabet, over file {@code a}, directory {@code d} with {@code d/a}, and free names. */
  enum Operation {
    WRITE_A((tx, root) -> tx.write(root, "a", bytes("written"))),
    WRITE_NEW((tx, root) -> tx.write(root, "n", bytes("new"))),
    WRITE_BELOW((tx, root) -> tx.write(root, "d/a", bytes("written"))),
    WRITE_NEW_BELOW((tx, root) -> tx.write(root, "d/n", bytes("new"))),
    DELETE((tx, root) -> tx.delete(root, "a")),
    DELETE_TREE((tx, root) -> tx.deleteTree(root, "d")),
    RENAME((tx, root) -> tx.move(root, "a", "n")),
    MOVE_DOWN((tx, root) -> tx.move(root, "a", "d/n")),
    MOVE_UP_OVER((tx, root) -> tx.move(root, "d/a", "a")),
    RENAME_DIRECTORY((tx, root) -> tx.move(root, "d", "n")),
    MAKE_DIRECTORY((tx, root) -> tx.makeDirectory(root, "n")),
    LINK((tx, root) -> tx.makeSymbolicLink(root, "n", bytes("a"))),
    MODE((tx, root) -> tx.setMode(root, "a", 04750)),
    MODE_OF_DIRECTORY((tx, root) -> tx.setMode(root, "d", 01777)),
    DIRECTORY_TO_FILE((tx, root) -> {
      tx.deleteTree(root, "d");
      tx.write(root, "d", bytes("file"));
    }),
    FILE_TO_DIRECTORY((tx, root) -> {
      tx.delete(root, "a");
      tx.makeDirectory(root, "a");
      tx.write(root, "a/in", bytes("in"));
    });

    @SuppressWarnings("ImmutableEnumChecker") // a lambda without state
    private final Scenarios.Edit edit;

    Operation(Scenarios.Edit edit) {
      this.edit = edit;
    }
  }

  /** Returns all sequences of {@code length}, together or alone. */
  static List<OperationSequence> all(int length, boolean together) {
    List<List<Operation>> lists = List.of(List.of());
    for (int i = 0; i < length; i++) {
      List<List<Operation>> longer = new ArrayList<>();
      for (List<Operation> list : lists) {
        for (Operation operation : Operation.values()) {
          List<Operation> more = new ArrayList<>(list);
          more.add(operation);
          longer.add(more);
        }
      }
      lists = longer;
    }
    return lists.stream().map(list -> new OperationSequence(together, list)).toList();
  }

  static boolean isName(String name) {
    return name.startsWith(TOGETHER) || name.startsWith(ALONE);
  }

  static OperationSequence named(String name) {
    boolean together = name.startsWith(TOGETHER);
    List<Operation> operations = new ArrayList<>();
    String list = name.substring((together ? TOGETHER : ALONE).length());
    for (String word : Splitter.on(',').split(list)) {
      operations.add(Operation.valueOf(word));
    }
    return new OperationSequence(together, operations);
  }

  String name() {
    return (together ? TOGETHER : ALONE)
        + operations.stream().map(Operation::name).collect(Collectors.joining(","));
  }

  Scenario scenario() {
    AbsolutePath root = AbsolutePath.of(ROOT);
    List<Scenario.Update> updates = new ArrayList<>();
    if (together) {
      updates.add(update(operations));
    } else {
      operations.forEach(operation -> updates.add(update(List.of(operation))));
    }
    return Scenarios.of(
        name(),
        Scenarios::oneDisk,
        List.of(ROOT),
        disk ->
            TreeMaker.at(disk, root.toString())
                .file("a", "one")
                .directory("d", 0755)
                .file("d/a", "one")
                .time("d", 5)
                .time("", 6),
        updates.toArray(Scenario.Update[]::new));
  }

  /** An operation that can't be is left out: the sequence without it is tried too. */
  private static Scenario.Update update(List<Operation> operations) {
    return (holdfast, _) -> {
      Root root = holdfast.root(AbsolutePath.of(ROOT));
      try (Transaction transaction = holdfast.begin(Options.message("sequence"), root)) {
        for (Operation operation : operations) {
          try {
            operation.edit.make(transaction, root);
          } catch (IOException e) {
            throw new NoChangeException(operation + " cannot be: " + e.getMessage());
          }
        }
        transaction.commit();
      }
    };
  }
}
