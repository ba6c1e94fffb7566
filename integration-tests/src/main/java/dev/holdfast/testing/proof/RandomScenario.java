package dev.holdfast.testing.proof;

import static dev.holdfast.testing.proof.Scenarios.bytes;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Savepoint;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.selftest.tree.TreeMaker;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A long history that a seed determines: one or two roots on one to three file systems, long
 * transactions with savepoints, undo, transactions that are open while another one commits, and a
 * service that writes to its own file in the tree all the time.
 */
record RandomScenario(long seed) {
  private static final String PREFIX = "random:";
  private static final List<String> ROOTS = List.of("/srv/site", "/srv/second/root");
  private static final int NAMES = 6;

  static boolean isName(String name) {
    return name.startsWith(PREFIX);
  }

  static RandomScenario named(String name) {
    return new RandomScenario(Long.parseLong(name.substring(PREFIX.length())));
  }

  Scenario scenario() {
    SplittableRandom random = new SplittableRandom(seed);
    List<Supplier<SimulatedDisk>> machines =
        List.of(
            Scenarios::oneDisk,
            Scenarios::siteOnItsOwn,
            Scenarios::twoDisks,
            Scenarios::threeDisks);
    Supplier<SimulatedDisk> machine = machines.get(random.nextInt(machines.size()));
    List<String> roots = ROOTS.subList(0, 1 + random.nextInt(2));
    SplittableRandom trees = random.split();
    Run run = new Run(random.split(), roots);
    List<Scenario.Update> updates = new ArrayList<>();
    int count = 4 + random.nextInt(5);
    for (int number = 1; number <= count; number++) {
      int stamp = number;
      boolean last = number == count;
      updates.add((holdfast, _) -> run.update(holdfast, stamp, last));
    }
    return new Scenario(
        PREFIX + seed,
        machine,
        AbsolutePath.of(Scenarios.STATE),
        roots.stream().map(AbsolutePath::of).toList(),
        true,
        true,
        disk -> prepare(disk, roots, trees),
        updates);
  }

  private static void prepare(Disk disk, List<String> roots, SplittableRandom random)
      throws DiskException {
    for (String root : roots) {
      TreeMaker tree = TreeMaker.at(disk, root).file(Service.FILE, "0");
      for (int i = 0; i < NAMES; i++) {
        String name = "n" + i;
        switch (random.nextInt(4)) {
          case 0 -> tree.file(name, "one " + i);
          case 1 -> tree.link(name, "n" + random.nextInt(NAMES));
          case 2 -> {
            tree.directory(name, 0755);
            for (int j = 0; j < random.nextInt(NAMES); j++) {
              tree.file(name + "/n" + j, "one " + i + j);
            }
          }
          default -> {}
        }
      }
    }
  }

  /** The transactions, made up while they run: what can be done depends on what is there. */
  private static final class Run {
    private final SplittableRandom random;
    private final List<String> roots;
    private @Nullable Transaction open;

    Run(SplittableRandom random, List<String> roots) {
      this.random = random;
      this.roots = roots;
    }

    void update(Holdfast holdfast, int number, boolean last) throws IOException {
      int kind = random.nextInt(10);
      if (open != null) {
        try (Transaction left = open) {
          open = null;
          left.commit();
        }
      } else if (kind < 2 && undo(holdfast)) {
        return;
      } else if (kind < 4 && roots.size() > 1 && !last) {
        // One stays open while another, of another root, commits.
        Transaction first = begin(holdfast, List.of(roots.getFirst()), number);
        open = first;
        commit(holdfast, List.of(roots.getLast()), number);
      } else if (kind < 6) {
        commit(holdfast, roots, number);
      } else {
        commit(holdfast, List.of(roots.get(random.nextInt(roots.size()))), number);
      }
    }

    private void commit(Holdfast holdfast, List<String> of, int number) throws IOException {
      try (Transaction transaction = begin(holdfast, of, number)) {
        transaction.commit();
      }
    }

    private Transaction begin(Holdfast holdfast, List<String> of, int number) throws IOException {
      List<Root> opened = new ArrayList<>();
      for (String root : of) {
        opened.add(holdfast.root(AbsolutePath.of(root)));
      }
      Transaction transaction =
          holdfast.begin(Options.message("random " + number), opened.toArray(Root[]::new));
      for (int i = 1 + random.nextInt(15); i > 0; i--) {
        Savepoint savepoint = transaction.savepoint();
        try {
          edit(transaction, opened.get(random.nextInt(opened.size())), number * 100 + i);
        } catch (DiskException | RefusedException e) {
          transaction.rollBackTo(savepoint); // that could not be done; the rest can
        }
      }
      for (Root root : opened) {
        transaction.write(root, "stamp", bytes("transaction " + number));
      }
      return transaction;
    }

    private void edit(Transaction tx, Root root, int number) throws IOException {
      String path = path();
      switch (random.nextInt(9)) {
        case 0, 1 -> tx.write(root, path, bytes("written by " + number));
        case 2 -> tx.delete(root, path);
        case 3 -> tx.deleteTree(root, path);
        case 4 -> tx.move(root, path, path());
        case 5 -> tx.makeDirectory(root, path);
        case 6 -> tx.makeSymbolicLink(root, path, bytes("to " + number));
        case 7 -> tx.setMode(root, path, random.nextInt(01000));
        default -> tx.setExtendedAttribute(root, path, "user.number", bytes("" + number));
      }
    }

    private String path() {
      String name = "n" + random.nextInt(NAMES);
      return switch (random.nextInt(3)) {
        case 0 -> name;
        case 1 -> name + "/n" + random.nextInt(NAMES);
        default -> name + "/n" + random.nextInt(NAMES) + "/n" + random.nextInt(NAMES);
      };
    }

    private boolean undo(Holdfast holdfast) throws IOException {
      long last;
      try (TransactionLog log = holdfast.log()) {
        var record = log.lastApplied(random.nextInt(2));
        if (record.isEmpty()) {
          return false;
        }
        last = record.get().sequence();
      }
      try {
        holdfast.undo(last, Options.message("undo"), Progress.NONE);
        return true;
      } catch (ConflictException | RefusedException e) {
        return false;
      }
    }
  }
}
