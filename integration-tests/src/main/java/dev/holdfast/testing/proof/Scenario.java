package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A machine, trees on it, and transactions to be run and crashed.
 *
 * @param name for messages and the command line
 * @param machine makes the machine
 * @param state the state directory
 * @param roots all roots that are looked at
 * @param registered whether the journal is made and the roots are put under care before the
 *     recording, so that no crash falls into that
 * @param service whether a service writes in the trees meanwhile
 * @param preparation makes the trees
 * @param updates the transactions, in order
 */
public record Scenario(
    String name,
    Supplier<SimulatedDisk> machine,
    AbsolutePath state,
    List<AbsolutePath> roots,
    boolean registered,
    boolean service,
    Preparation preparation,
    List<Update> updates) {

  /** Makes what is there before. */
  @FunctionalInterface
  public interface Preparation {
    /** Makes it. */
    void make(SimulatedDisk disk) throws IOException;
  }

  /** One transaction, committed when this returns. */
  @FunctionalInterface
  public interface Update {
    /** Runs it; {@code disk} is what {@code holdfast} works on. */
    void run(Holdfast holdfast, Disk disk) throws IOException;
  }

  /** Copies the lists. */
  public Scenario {
    roots = List.copyOf(roots);
    updates = List.copyOf(updates);
  }

  /** Returns a machine with all that is there before the first transaction, durable. */
  SimulatedDisk prepared() throws IOException {
    SimulatedDisk disk = machine.get();
    preparation.make(disk);
    if (registered) {
      try (Holdfast holdfast = Sessions.open(disk, state)) {
        for (AbsolutePath root : roots) {
          holdfast.root(root);
        }
      }
    }
    disk.settle();
    return disk.fork();
  }

  /** Reads all roots, those that are there. */
  Map<AbsolutePath, DirectoryTree> trees(SimulatedDisk disk, DirectoryTree.Option... options)
      throws DiskException {
    SimulatedDisk reader = disk.fork();
    Map<AbsolutePath, DirectoryTree> trees = new TreeMap<>();
    DirectoryTree.Option[] all = java.util.Arrays.copyOf(options, options.length + 1);
    all[options.length] = DirectoryTree.Option.SKIP_CONTROL_DIRECTORIES;
    for (AbsolutePath root : roots) {
      try (var parent = reader.openDirectory(root.parent())) {
        if (parent.stat(root.name()).isPresent()) {
          DirectoryTree tree = DirectoryTree.of(reader, root, all);
          trees.put(root, service ? tree.without(RelativePath.of(Service.FILE)) : tree);
        }
      }
    }
    return trees;
  }

  @Override
  public String toString() {
    return name;
  }
}
