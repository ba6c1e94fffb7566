package dev.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Java of the README is the Java that {@link ExampleTest} compiles and runs. */
class ReadmeTest {
  private static final Path README = Path.of("../README.md");
  private static final Path EXAMPLE = Path.of("src/test/java/dev/holdfast/engine/ExampleTest.java");

  @Test
  void showsTheExampleThatIsCompiledAndRun() throws IOException {
    assertThat(between("```java", "```", README))
        .isEqualTo(between("// example: begin", "// example: end", EXAMPLE))
        .hasSizeBetween(1, 15);
  }

  /** Returns the lines between two that hold only these marks, without their common indentation. */
  private static List<String> between(String begin, String end, Path file) throws IOException {
    List<String> block =
        Files.readAllLines(file).stream()
            .dropWhile(line -> !line.strip().equals(begin))
            .skip(1)
            .takeWhile(line -> !line.strip().equals(end))
            .toList();
    return String.join("\n", block).stripIndent().lines().toList();
  }
}
