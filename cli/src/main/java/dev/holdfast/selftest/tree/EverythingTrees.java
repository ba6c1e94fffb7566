package dev.holdfast.selftest.tree;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.RelativePath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Two trees with every kind of entry, between which every kind of change lies: contents, types both
 * ways, links made and broken, subtrees that come and go, and attributes alone.
 */
public final class EverythingTrees {
  /** CAP_NET_BIND_SERVICE, permitted and effective, as vfs_cap_data version 2. */
  static final byte[] CAPABILITY =
      HexFormat.of().parseHex("0100000200040000000000000000000000000000");

  /** rw-r-----, and user 5 may read, as the kernel keeps an ACL. */
  static final byte[] ACL =
      HexFormat.of()
          .parseHex(
              "02000000"
                  + "01000600ffffffff"
                  + "0200040005000000"
                  + "04000400ffffffff"
                  + "10000400ffffffff"
                  + "20000000ffffffff");

  static final String ACCESS_ACL = "system.posix_acl_access";
  static final String CAPABILITIES = "security.capability";

  /** As a default ACL: it is what is made below that directory that inherits it. */
  private static final String DEFAULT_ACL = "system.posix_acl_default";

  /** A name in Latin-1: no UTF-8. */
  static final RelativePath LATIN =
      RelativePath.of("gr\u00fcn\nzwei".getBytes(StandardCharsets.ISO_8859_1));

  private EverythingTrees() {}

  /** Makes the old tree. */
  public static TreeMaker before(TreeMaker tree) throws DiskException {
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
        .directory("data/x/y", 0700)
        .file("data/x/y/file", "deep one")
        .file("data/big", 0600, filled(9000, 'a'))
        .file("same", "same")
        .file("hard-1", "linked")
        .hardLink("hard-1", "data/hard-2")
        .file("file-to-directory", "file")
        .file("file-to-link", "file")
        .directory("directory-to-file", 0755)
        .file("directory-to-file/in", "in")
        .directory("directory-to-file/sub", 0755)
        .directory("directory-to-link", 0755)
        .link("link-to-directory", "bin")
        .fifo("fifo-to-file")
        .file("gone", "gone")
        .directory("gone-tree", 0755)
        .file("gone-tree/1", "gone")
        .directory("gone-tree/2", 0755)
        .file("gone-tree/2/3", "gone")
        .file("attributes", "attributes")
        .attributes("attributes", 7, 0640, "user.shape", "round")
        .file("capable", 06755, bytes("capable"))
        .attributes("capable", 3, 06755, CAPABILITIES, CAPABILITY)
        .directory("attribute-dir", 0755)
        .device("device", 0x103)
        .fifo("node")
        .file("acl", "acl one")
        .file("acl-gone", "acl")
        .attributes("acl-gone", 0, 0640, ACCESS_ACL, ACL)
        .directory("default-acl", 0755)
        .sparse("sparse", 300_000, 200_000, bytes("one"))
        .file(LATIN, 0644, bytes("one"));
    return times(tree, "bin", "conf", "data/x/y", "data/x", "data", "gone-tree/2", "gone-tree");
  }

  /** Makes the new tree. */
  public static TreeMaker after(TreeMaker tree) throws DiskException {
    tree.directory("bin", 0755)
        .file("bin/run", 0755, bytes("run two"))
        .file("bin/tool", 06755, bytes("tool"))
        .directory("conf", 0710)
        .file("conf/a.conf", "two")
        .file("conf/c.conf", "two")
        .file("conf/empty", "not empty")
        .link("conf/link", "c.conf")
        .directory("data", 0755)
        .directory("data/x", 0755)
        .directory("data/x/y", 0700)
        .file("data/x/y/file", "deep two")
        .file("data/big", 0600, filled(7000, 'b'))
        .file("same", "same")
        .file("data/hard-2", "linked anew")
        .hardLink("data/hard-2", "hard-3")
        .directory("file-to-directory", 0755)
        .file("file-to-directory/in", "in")
        .link("file-to-link", "same")
        .file("directory-to-file", "file")
        .link("directory-to-link", "bin")
        .directory("link-to-directory", 0755)
        .file("fifo-to-file", "file")
        .fifo("fifo")
        .directory("new-tree", 01777)
        .directory("new-tree/sub", 0700)
        .file("new-tree/sub/file", "new")
        .hardLink("new-tree/sub/file", "new-tree/other-name")
        .file("attributes", "attributes")
        .attributes("attributes", 8, 0600, "user.color", "green")
        .file("capable", 06755, bytes("capable"))
        .attributes("capable", 4, 04750, CAPABILITIES, CAPABILITY)
        .directory("attribute-dir", 0755)
        .attributes("attribute-dir", 9, 0700, "user.dir", "yes")
        .device("device", 0x105)
        .device("node", 0x103)
        .file("acl", "acl two")
        .attributes("acl", 0, 0640, ACCESS_ACL, ACL)
        .file("acl-gone", "acl")
        .directory("default-acl", 0755)
        .attributes("default-acl", 0, 0750, DEFAULT_ACL, ACL)
        .file("default-acl/in", "in")
        .sparse("sparse", 300_000, 100_000, bytes("two"))
        .sparse("new-tree/sparse", 200_000, 190_000, bytes("end"))
        .file(LATIN, 0600, bytes("two"))
        .file("n".repeat(255), "a long name");
    return times(tree, "bin", "conf", "data/x/y", "data/x", "data", "new-tree/sub", "new-tree", "");
  }

  private static TreeMaker times(TreeMaker tree, String... directories) throws DiskException {
    for (String directory : directories) {
      tree.time(directory, directory.length());
    }
    return tree;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] filled(int size, char letter) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) letter);
    return bytes;
  }
}
