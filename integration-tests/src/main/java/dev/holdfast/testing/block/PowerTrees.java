package dev.holdfast.testing.block;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.disk.DiskException;
import dev.holdfast.selftest.tree.TreeMaker;

/** Two trees between which most kinds of change lie. */
final class PowerTrees {
  private PowerTrees() {}

  static TreeMaker before(TreeMaker tree) throws DiskException {
    tree.directory("bin", 0755)
        .file("bin/run", 0755, bytes("run one"))
        .file("bin/tool", 04755, bytes("tool"))
        .directory("conf", 0750)
        .file("conf/a.conf", "one")
        .file("conf/b.conf", "one")
        .file("conf/empty", "")
        .link("conf/link", "a.conf")
        .directory("data", 0755)
        .directory("data/x", 0755)
        .file("data/x/file", "deep one")
        .file("data/big", 0600, bytes("a".repeat(90_000)))
        .file("same", "same")
        .file("hard-1", "linked")
        .hardLink("hard-1", "data/hard-2")
        .file("file-to-directory", "file")
        .directory("directory-to-file", 0755)
        .file("directory-to-file/in", "in")
        .fifo("fifo-to-file")
        .file("gone", "gone")
        .directory("gone-tree", 0755)
        .file("gone-tree/1", "gone")
        .directory("gone-tree/2", 0755)
        .file("gone-tree/2/3", "gone")
        .file("attributes", "attributes")
        .attributes("attributes", 7, 0640, "user.shape", "round");
    return times(tree, "bin", "conf", "data/x", "data", "gone-tree/2", "gone-tree");
  }

  static TreeMaker after(TreeMaker tree) throws DiskException {
    tree.directory("bin", 0755)
        .file("bin/run", 0755, bytes("run two"))
        .file("bin/tool", 06755, bytes("tool"))
        .directory("conf", 0710)
        .file("conf/a.conf", "two")
        .file("conf/c.conf", "two")
        .file("conf/empty", "not empty")
        .link("conf/link", "c.conf")
        .directory("data", 0755)
        .directory("data/x", 0700)
        .file("data/x/file", "deep two")
        .file("data/big", 0600, bytes("b".repeat(70_000)))
        .file("same", "same")
        .file("data/hard-2", "linked anew")
        .hardLink("data/hard-2", "hard-3")
        .directory("file-to-directory", 0755)
        .file("file-to-directory/in", "in")
        .file("directory-to-file", "file")
        .file("fifo-to-file", "file")
        .fifo("fifo")
        .directory("new-tree", 01777)
        .directory("new-tree/sub", 0700)
        .file("new-tree/sub/file", "new")
        .hardLink("new-tree/sub/file", "new-tree/other-name")
        .file("attributes", "attributes")
        .attributes("attributes", 8, 0600, "user.color", "green");
    return times(tree, "bin", "conf", "data/x", "data", "new-tree/sub", "new-tree", "");
  }

  private static TreeMaker times(TreeMaker tree, String... directories) throws DiskException {
    for (String directory : directories) {
      tree.time(directory, directory.length());
    }
    return tree;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
