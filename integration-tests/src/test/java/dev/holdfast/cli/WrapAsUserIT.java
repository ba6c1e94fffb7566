package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrapping as a user who is not root, in a user namespace or on a copy. */
final class WrapAsUserIT {
  private static final String USER = "1500";

  @TempDir Path base;
  private Installed holdfast;
  private Path live;
  private String program;

  @BeforeEach
  void becomeAUser() throws Exception {
    holdfast = new Installed(base);
    assumeTrue("0".equals(holdfast.shell("id -u").out().strip()), "needs root, to be another user");
    assumeTrue(holdfast.shell("command -v setpriv").exit() == 0, "setpriv is not installed");
    live = holdfast.folder().resolve("live");
    Tree.write(live, "a", "one", "dir/b", "two", "gone", "three");
    // The user may not be able to read the libraries where they are.
    Path library = Files.createDirectory(base.resolve("library"));
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      if (entry.endsWith(".jar")) {
        Path copy = library.resolve(entries.size() + ".jar");
        Files.copy(Path.of(entry), copy);
        entries.add(copy.toString());
      } else {
        entries.add(entry);
      }
    }
    program =
        "setpriv --reuid "
            + USER
            + " --regid "
            + USER
            + " --clear-groups env HOME="
            + base
            + " "
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp "
            + String.join(":", entries)
            + " dev.holdfast.cli.Main";
    holdfast.shell("chown -R " + USER + ":" + USER + " .. ; chmod 755 ..").exits(0);
    TimeUnit.MILLISECONDS.sleep(30);
  }

  private Invoked run(String options, String script) throws Exception {
    return holdfast.shell(
        program
            + " run "
            + options
            + " --root live -- sh -c '"
            + script.replace("'", "'\\''")
            + "'");
  }

  @Test
  void theirOwnDirectoriesInAUserNamespace() throws Exception {
    Invoked run =
        run(
            "",
            "id -u; echo more >> live/a; rm live/gone; mkdir -p live/new/d; mv live/dir live/moved;"
                + " echo s > live/secret; chmod 000 live/secret; chmod 300 live/new");
    run.exits(0);
    assertThat(run.out()).isEqualTo(USER + "\n");
    assertThat(live.resolve("a")).hasContent("onemore");
    assertThat(live.resolve("gone")).doesNotExist();
    assertThat(live.resolve("moved/b")).hasContent("two");
    assertThat(holdfast.shell("stat -c '%a %u' live/secret live/new; cat live/secret").out())
        .isEqualTo("0 " + USER + "\n300 " + USER + "\ns\n");
    assertThat(holdfast.shell("getfattr -R -h -d -m - live 2>&1").out()).doesNotContain("overlay.");
    run("", "rm -rf live/a; exit 5").exits(5);
    assertThat(live.resolve("a")).hasContent("onemore");
    run("--confine", "echo yes > live/yes").exits(0);
    assertThat(live.resolve("yes")).hasContent("yes");
  }

  @Test
  void whoDiesLookingLeavesTheModesAsTheyWere() throws Exception {
    assumeTrue(holdfast.shell("command -v strace").exit() == 0, "strace is not installed");
    holdfast.shell(program + " begin --root live").exits(0);
    holdfast
        .shell(
            program
                + " exec 1 -- sh -c 'echo s > live/secret; mkdir live/new; echo n > live/new/n;"
                + " chmod 000 live/secret; chmod 300 live/new'")
        .exits(0);
    String modes = "cd .holdfast/live/tx/*/layers/1/upper && stat -c '%n %a' secret new";
    assertThat(holdfast.shell(modes).out()).isEqualTo("secret 0\nnew 300\n");
    // Staging gives an entry of the layer a second name.
    holdfast
        .shell(
            "strace -f -qq -o /dev/null -e trace=linkat -e inject=linkat:signal=KILL:when=1 "
                + program
                + " diff 1")
        .exits(137);
    assertThat(holdfast.shell(modes).out()).isEqualTo("secret 400\nnew 700\n");
    assertThat(
            holdfast
                .shell(program + " exec 1 -- stat -c '%n %a' live/secret live/new")
                .exits(0)
                .out())
        .isEqualTo("live/secret 0\nlive/new 300\n");
    assertThat(holdfast.shell(modes).out()).isEqualTo("secret 0\nnew 300\n");
    holdfast.shell(program + " commit 1").exits(0);
    assertThat(holdfast.shell("stat -c '%n %a' live/secret live/new").out())
        .isEqualTo("live/secret 0\nlive/new 300\n");
  }

  @Test
  void onACopyWhereTheyAskForIt() throws Exception {
    Invoked run =
        run("--isolate copy", "cd \"$HOLDFAST_ROOT\" && echo more >> a && rm gone && echo n > n");
    run.exits(0);
    assertThat(run.err()).contains("applied as transaction 1: 1 added, ").contains("1 deleted");
    assertThat(live.resolve("a")).hasContent("onemore");
    assertThat(live.resolve("gone")).doesNotExist();
    run("--isolate copy", "cd \"$HOLDFAST_ROOT\" && rm -rf * && exit 6").exits(6);
    assertThat(live.resolve("a")).hasContent("onemore");
    assertThat(holdfast.shell("ls -R .holdfast | grep -c copy").out()).isEqualTo("0\n");
  }
}
