package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./holdfast package}: what it makes runs elsewhere, without a JDK, and starts quickly. */
class PackageIT {
  private static final Path CHECKOUT = checkout();

  /** The cache must be in use: without it the virtual machine gives up. */
  private static final String CACHE_OR_NOTHING = "-XX:AOTMode=on";

  private static Path folder = Path.of("");
  private static Path archive = Path.of("");

  @TempDir private Path temporary = Path.of("");

  @BeforeAll
  static void makePackage() throws IOException, InterruptedException {
    Invoked made = run(CHECKOUT, Map.of(), "./holdfast", "package").exits(0);
    folder = Path.of(made.lines().getFirst());
    archive = Path.of(made.lines().get(1));
  }

  /** Tests run in their module's folder. */
  private static Path checkout() {
    Path module = Path.of("").toAbsolutePath();
    Path parent = module.getParent();
    return parent == null || Files.exists(module.resolve("holdfast")) ? module : parent;
  }

  @Test
  void unpackedElsewhereItRunsWithItsCacheAndWithoutJava() throws Exception {
    run(temporary, Map.of(), "tar", "-xzf", archive.toString()).exits(0);
    Path unpacked = temporary.resolve(folder.getFileName());
    Path moved = Files.move(unpacked, temporary.resolve("somewhere else"));

    Files.createDirectories(temporary.resolve("new"));
    Files.writeString(temporary.resolve("new/file"), "new\n");
    Files.createDirectories(temporary.resolve("live"));
    String program = moved.resolve("bin/holdfast").toString();
    Map<String, String> variables =
        Map.of(
            "JAVA_HOME",
            "",
            "PATH",
            "/usr/bin:/bin",
            "HOLDFAST_STATE",
            temporary.resolve("state").toString(),
            "JDK_JAVA_OPTIONS",
            CACHE_OR_NOTHING);
    run(temporary, variables, program, "apply", "new", "live").exits(0);
    assertThat(temporary.resolve("live/file")).hasContent("new");
    assertThat(run(temporary, variables, program, "status").exits(0).out())
        .contains("nothing is pending");
    run(temporary, variables, program, "undo", "last").exits(0);
    assertThat(temporary.resolve("live/file")).doesNotExist();
    assertThat(
            run(temporary, variables, program, "gate", "live", "--", "echo", "in").exits(0).out())
        .isEqualTo("in\n");
  }

  @Test
  void withoutTheCacheTheProgramStillWorks() throws Exception {
    run(temporary, Map.of(), "cp", "-a", folder.toString(), "copy").exits(0);
    Files.delete(temporary.resolve("copy/lib/holdfast.aot"));

    String program = temporary.resolve("copy/bin/holdfast").toString();
    run(temporary, Map.of("JDK_JAVA_OPTIONS", CACHE_OR_NOTHING), program, "--version").exits(1);
    Invoked anyway = run(temporary, Map.of(), program, "--version").exits(0);
    assertThat(anyway.out()).startsWith("holdfast ");
    assertThat(anyway.err()).isEmpty();
  }

  @Test
  void nearlyAllClassesComeFromTheCache() throws Exception {
    Path log = temporary.resolve("classes");
    String program = folder.resolve("bin/holdfast").toString();
    run(
            temporary,
            Map.of(
                "HOLDFAST_STATE",
                temporary.resolve("state").toString(),
                "_JAVA_OPTIONS",
                "-Xlog:class+load:file=" + log),
            program,
            "status")
        .exits(0);

    List<String> others = new ArrayList<>();
    int cached = 0;
    for (String line : Files.readAllLines(log)) {
      if (line.contains("shared objects file")) {
        cached++;
      } else if (line.contains(".jar")) {
        others.add(line);
      }
    }
    assertThat(cached).isGreaterThan(1000);
    assertThat(others).as("classes that are read from jars").hasSizeLessThan(10);
  }

  @Test
  void everyCommandHasItsPageAndEveryPageIsWellFormed() throws Exception {
    assumeTrue(isThere("man"), "man is not installed");
    for (CommandName name : CommandName.values()) {
      Path page =
          folder.resolve("share/man/man1/holdfast-%s.1".formatted(name.words().replace(' ', '-')));
      Invoked shown =
          run(
                  temporary,
                  Map.of("LC_ALL", "C.UTF-8", "MANROFFSEQ", "", "MANWIDTH", "80"),
                  "man",
                  "--warnings",
                  "-E",
                  "UTF-8",
                  "-l",
                  "-Tutf8",
                  "-Z",
                  page.toString())
              .exits(0);
      assertThat(shown.err()).as("warnings of %s", page).isEmpty();
      assertThat(Files.readString(page)).contains(".SH EXIT STATUS", ".SH OPTIONS");
    }
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    assertThat(completed("holdfast", "app")).containsExactly("apply");
    assertThat(completed("holdfast", "--state", "x", "root", "fo")).containsExactly("forget");
    assertThat(completed("holdfast", "apply", "--dry")).containsExactly("--dry-run");
    assertThat(completed("holdfast", "root", "list", "--js")).containsExactly("--json");
    assertThat(completed("holdfast", "audit", "")).containsExactly("check", "anchor", "export");
    assertThat(completed("holdfast", "gate", "x", "--", "--js")).isEmpty();
  }

  private List<String> completed(String... words) throws IOException, InterruptedException {
    Path script = folder.resolve("share/bash-completion/completions/holdfast");
    String quoted = "'" + String.join("' '", words) + "'";
    return run(
            temporary,
            Map.of(),
            "bash",
            "-c",
            ". '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; COMPREPLY=(); _holdfast; printf '%%s\\n' ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}"
                .formatted(script, quoted, words.length - 1))
        .exits(0)
        .lines()
        .stream()
        .filter(line -> !line.isEmpty())
        .toList();
  }

  @Test
  void theOtherShellsUnderstandTheirScripts() throws Exception {
    Map<String, String> scripts =
        Map.of(
            "zsh", "share/zsh/vendor-completions/_holdfast",
            "fish", "share/fish/vendor_completions.d/holdfast.fish");
    for (Map.Entry<String, String> script : scripts.entrySet()) {
      assertThat(folder.resolve(script.getValue())).content().contains("apply", "dry-run");
      if (isThere(script.getKey())) {
        run(
                temporary,
                Map.of(),
                script.getKey(),
                "-n",
                folder.resolve(script.getValue()).toString())
            .exits(0);
      }
    }
  }

  @Test
  void lintianFindsNoErrorInTheDebianPackage() throws Exception {
    assumeTrue(isThere("lintian"), "lintian is not installed");
    Invoked found =
        run(temporary, Map.of("LC_ALL", "C.UTF-8"), "lintian", "--fail-on", "error", debian());
    assertThat(found.exit()).as(found.out()).isZero();
  }

  @Test
  void theDebianPackageHasTheProgramAndTheBootUnit() throws Exception {
    assumeTrue(isThere("dpkg-deb"), "dpkg-deb is not there");
    run(temporary, Map.of(), "dpkg-deb", "-x", debian(), "root").exits(0);
    Path root = temporary.resolve("root/usr");
    Map<String, String> cached = Map.of("JDK_JAVA_OPTIONS", CACHE_OR_NOTHING);
    run(temporary, cached, root.resolve("bin/holdfast").toString(), "--version").exits(0);
    assertThat(root.resolve("lib/systemd/system/holdfast-recover.service"))
        .content()
        .contains("ExecStart=/usr/lib/holdfast/holdfast-boot");
    assertThat(root.resolve("lib/holdfast/holdfast-boot"))
        .isExecutable()
        .content()
        .contains("hb_program='/usr/bin/holdfast'")
        .doesNotContain("/usr/local");
    assertThat(root.resolve("share/man/man1/holdfast-apply.1.gz")).exists();
  }

  private static String debian() throws IOException {
    Path parent = archive.getParent();
    try (Stream<Path> files = Files.list(parent == null ? archive : parent)) {
      return files
          .filter(file -> file.toString().endsWith(".deb"))
          .findFirst()
          .orElseThrow()
          .toString();
    }
  }

  private static boolean isThere(String program) throws IOException, InterruptedException {
    return run(Path.of("/"), Map.of(), "sh", "-c", "command -v " + program).exit() == 0;
  }

  private static Invoked run(Path where, Map<String, String> variables, String... command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("holdfast", ".out");
    Path err = Files.createTempFile("holdfast", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(where.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(variables);
      Process process = builder.start();
      process.getOutputStream().close();
      return new Invoked(
          process.waitFor(),
          Files.readString(out, StandardCharsets.ISO_8859_1),
          Files.readString(err, StandardCharsets.ISO_8859_1));
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }
}
