package dev.holdfast.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExcludesTest {
  private static final List<String> DIRECTORIES =
      List.of(
          "a", "a/a", "a/b", "a/b/a", "b", "b/a", "b/c", "b/c/a", "dir", "dir/sub", "x", "x/dir");

  private static final List<String> FILES =
      List.of(
          "a/a/a",
          "a/a/b",
          "a/b/c",
          "a/b/a/c",
          "a/x.o",
          "ab",
          "a-b",
          "a]",
          "b/a/c",
          "b/b",
          "b/c/a/b",
          "c",
          "dir/f",
          "dir/sub/f",
          "foo",
          "x/foo",
          "x/dir/f",
          "x/dir/foo.o",
          "x.o",
          "a[b",
          "a\\b",
          "*",
          "!",
          "+ plus",
          "A1",
          "A_",
          "a b",
          "-");

  private static final List<String> PATTERNS =
      List.of(
          "a",
          "/a",
          "a/",
          "/a/",
          "b/a",
          "/b/a",
          "a/b",
          "b/c/a",
          "/b/c/a",
          "foo",
          "/foo",
          "x/foo",
          "*.o",
          "/*.o",
          "x/*.o",
          "*/foo",
          "/*/foo",
          "**/foo",
          "/**/foo",
          "**.o",
          "x/**",
          "/x/**",
          "dir/**",
          "dir/***",
          "/dir/***",
          "x/dir/***",
          "**/dir/***",
          "dir/*",
          "/dir/*",
          "*",
          "/*",
          "**",
          "***",
          "/**",
          "?",
          "a?",
          "a?b",
          "?/?",
          "/?/?",
          "?/**",
          "**/a",
          "a/**/c",
          "/a/**/c",
          "**a",
          "a**",
          "a**c",
          "/a**c",
          "*/",
          "/*/",
          "*/*",
          "*/*/",
          "**/",
          "**/*/",
          "[ab]",
          "[!a]",
          "[^a]",
          "[a-c]",
          "/[a-c]/",
          "[]]",
          "a[]]",
          "a[!]]",
          "[a-]",
          "[-a]",
          "a[-]b",
          "a[b",
          "a\\[b",
          "a\\[b*",
          "a[[]b",
          "a\\b",
          "a\\\\b",
          "a\\\\b*",
          "\\*",
          "\\*?",
          "?\\",
          "[[:alpha:]]",
          "[[:upper:]][[:digit:]]",
          "[[:upper:]][_[:digit:]]",
          "[[:punct:]]",
          "[[:nonsense:]]",
          "[[:alpha]",
          "[[:]",
          "[[::]",
          "a[!/]b",
          "a[[:space:]]b",
          "a[+--]b",
          "!a",
          "- a",
          "+ a",
          "!",
          "+ plus",
          "- + plus",
          "b/",
          "c/",
          "/",
          "//",
          "//a",
          "a//",
          "a//b",
          "./a",
          "dir/sub/",
          "/dir/sub/f",
          "sub/f",
          "ub/f",
          "oo",
          "/x/dir/*.o",
          "**/dir/",
          "x/**/f",
          "[a-c]/[a-c]",
          "/[!a]*/a",
          "a/[a-b]/[a-c]",
          "a[z-a]",
          "[a\\-c]",
          "[\\]]",
          "a[\\]]",
          "a[",
          "[",
          "x/[",
          "[!]",
          "[^]",
          "a[!x]a",
          "a[+-0]a",
          "**[!b]a");

  @Test
  void leavesOutWhatRsyncLeavesOut(@TempDir Path folder) throws IOException {
    Programs.need("rsync");
    build(folder);
    SortedMap<String, String> wrong = new TreeMap<>();
    List<String> patterns = new ArrayList<>(PATTERNS);
    patterns.addAll(randomPatterns(150));
    for (String pattern : patterns) {
      Set<String> expected = rsync(folder, pattern);
      Set<String> actual = ours(pattern);
      if (!actual.equals(expected)) {
        wrong.put(pattern, "rsync keeps " + expected + ", we keep " + actual);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void takesTheFirstPatternThatMatches(@TempDir Path folder) throws IOException {
    Programs.need("rsync");
    build(folder);
    for (List<String> patterns :
        List.of(
            List.of("+ /a/", "+ /a/a/***", "- *"),
            List.of("- x.o", "+ *.o", "- x/**"),
            List.of("a", "!", "b"))) {
      assertThat(ours(patterns.toArray(String[]::new)))
          .isEqualTo(rsync(folder, patterns.toArray(String[]::new)));
    }
  }

  private static List<String> randomPatterns(int count) {
    Random random = new Random(20261122);
    String[] parts = {
      "a", "b", "c", "x", "dir", "f", "/", "/", "*", "*", "**", "?", "[a-c]", "[!b]"
    };
    List<String> patterns = new ArrayList<>();
    while (patterns.size() < count) {
      StringBuilder pattern = new StringBuilder();
      for (int i = random.nextInt(6); i >= 0; i--) {
        pattern.append(parts[random.nextInt(parts.length)]);
      }
      patterns.add(pattern.toString());
    }
    return patterns;
  }

  private static void build(Path folder) throws IOException {
    Files.createDirectory(folder.resolve("empty"));
    for (String directory : DIRECTORIES) {
      Files.createDirectories(folder.resolve("tree").resolve(directory));
    }
    for (String file : FILES) {
      Files.writeString(folder.resolve("tree").resolve(file), file);
    }
  }

  private static Set<String> rsync(Path folder, String... patterns) {
    List<String> command = new ArrayList<>(List.of("rsync", "-rn", "--out-format=%n"));
    Arrays.stream(patterns).forEach(pattern -> command.add("--exclude=" + pattern));
    command.addAll(List.of("tree/", "empty/"));
    Set<String> kept = new TreeSet<>();
    for (String line : Programs.run(folder, command.toArray(String[]::new)).lines().toList()) {
      String name = line.endsWith("/") ? line.substring(0, line.length() - 1) : line;
      if (!name.isEmpty() && !name.equals(".")) {
        kept.add(name.replace("\\#134", "\\"));
      }
    }
    return kept;
  }

  private static Set<String> ours(String... patterns) {
    Excludes excludes = Excludes.of(Arrays.stream(patterns).map(ExcludesTest::bytes).toList());
    Set<String> kept = new TreeSet<>();
    DIRECTORIES.stream()
        .filter(path -> !excludes.covers(RelativePath.of(path), true))
        .forEach(kept::add);
    FILES.stream()
        .filter(path -> !excludes.covers(RelativePath.of(path), false))
        .forEach(kept::add);
    return kept;
  }

  private static ByteString bytes(String text) {
    return ByteString.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void comparesBytes() {
    RelativePath path = RelativePath.of(new byte[] {'a', (byte) 0xff, '\n'});
    assertThat(Excludes.of(List.of(bytes("a?\n"))).excludes(path, false)).isTrue();
    assertThat(Excludes.of(List.of(bytes("a[\u00fe-\u00ff]*"))).excludes(path, false)).isTrue();
    assertThat(Excludes.of(List.of(bytes("a\u00fe*"))).excludes(path, false)).isFalse();
  }

  @Test
  void isNotSlowedDownByStars() {
    Excludes excludes = Excludes.of(List.of(bytes("*a".repeat(100) + "b")));
    assertThat(excludes.excludes(RelativePath.of("a".repeat(255)), false)).isFalse();
  }

  @Test
  void refusesAPrefixWithoutAPattern() {
    assertThatThrownBy(() -> Excludes.of(List.of(bytes("- "))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no pattern");
  }
}
