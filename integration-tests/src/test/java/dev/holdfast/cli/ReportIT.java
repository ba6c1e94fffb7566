package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The report of a thousand transactions in a real browser, Debian's chromium: what is put on the
 * screen, how soon, and that nothing in a name, a message or a file becomes part of the page.
 */
final class ReportIT {
  private static final String BROWSER = "/usr/bin/chromium";
  private static final int TRANSACTIONS = 1000;
  private static final String HOSTILE = "</script><img src=x onerror=\"document.title='taken'\">";

  /** The goal is one second; a machine that runs other tests, too, is given more. */
  private static final long MILLIS = 4000;

  @TempDir static Path base;
  private static Path page;

  @BeforeAll
  static void makeTheReport() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of(BROWSER)), "needs chromium");
    Installed program = new Installed(base);
    Path live = Files.createDirectory(program.folder().resolve("live"));
    try (Holdfast holdfast = Holdfast.open(base.resolve("state"))) {
      Root root = holdfast.root(live);
      for (int i = 1; i <= TRANSACTIONS; i++) {
        String message = i == TRANSACTIONS ? "last " + HOSTILE : "release " + i;
        try (Transaction transaction = holdfast.begin(Options.message(message), root)) {
          String text = "one\ntwo " + i + "\n" + (i == TRANSACTIONS ? HOSTILE : "three") + "\n";
          transaction.write(root, "file" + i % 40, text.getBytes(StandardCharsets.UTF_8));
          if (i == TRANSACTIONS) {
            transaction.write(root, "<b onclick=x>", text.getBytes(StandardCharsets.UTF_8));
          }
          transaction.commit();
        }
      }
    }
    Files.writeString(live.resolve("file7"), "changed by hand");
    program.run("report", "-o", "report.html").exits(0);
    page = program.folder().resolve("report.html");
  }

  private static String browse(String... options) throws IOException, InterruptedException {
    Path profile = Files.createTempDirectory(base, "profile");
    Path errors = profile.resolve("errors");
    List<String> command = new ArrayList<>(List.of(BROWSER, "--headless", "--no-sandbox"));
    command.addAll(List.of("--disable-gpu", "--hide-scrollbars", "--user-data-dir=" + profile));
    command.add("--host-resolver-rules=MAP * ~NOTFOUND");
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    return out;
  }

  private static String url() {
    return page.toUri() + "#first";
  }

  @Test
  void aThousandTransactionsAreThereInAMoment() throws IOException, InterruptedException {
    String shown = browse("--dump-dom", url());
    Matcher ready =
        Pattern.compile("<html[^>]* data-ready=\"(\\d+)\" data-millis=\"(\\d+)\"").matcher(shown);
    assertThat(ready.find()).as(shown.substring(0, 300)).isTrue();
    assertThat(ready.group(1)).isEqualTo(Integer.toString(TRANSACTIONS));
    assertThat(Long.parseLong(ready.group(2))).as("milliseconds").isLessThan(MILLIS);
    assertThat(shown).contains("1000 of 1000 transactions").contains("page 1 of 10");
    assertThat(shown.split("<details", -1).length - 1).isBetween(100, 110); // a page of them
    assertThat(shown).contains("whole, 3").contains("1 of 41 managed paths").contains("two 960");
    assertThat(shown).contains("<td class=\"d\">two 960</td>").contains("class=\"a\">two 1000<");
    System.getLogger(ReportIT.class.getName())
        .log(System.Logger.Level.INFO, "the report was there after {0} ms", ready.group(2));
  }

  @Test
  void nothingOfOthersBecomesPartOfThePage() throws IOException, InterruptedException {
    String shown = browse("--dump-dom", url());
    assertThat(shown)
        .contains("last &lt;/script&gt;&lt;img src=x")
        .contains("/&lt;b onclick=x&gt;");
    assertThat(shown).doesNotContain("<img").doesNotContain("<b onclick").doesNotContain(">taken<");
    assertThat(Files.readString(page))
        .contains("default-src 'none'")
        .doesNotContainIgnoringCase("src=\"")
        .doesNotContainIgnoringCase("href=")
        .doesNotContainIgnoringCase("url(")
        .doesNotContainIgnoringCase("@import");
  }

  @Test
  void itIsReadableOnAWideScreenAndOnAPhoneInTheDark() throws IOException, InterruptedException {
    BufferedImage wide = picture("--window-size=1280,1400");
    BufferedImage phone =
        picture("--window-size=500,1200", "--blink-settings=preferredColorScheme=0");
    assertThat(brightness(wide)).as("a light page").isGreaterThan(200);
    assertThat(brightness(phone)).as("a dark page").isLessThan(80);
    assertThat(colours(wide)).isGreaterThan(100); // text, not a blank page
    assertThat(colours(phone)).isGreaterThan(100);
  }

  private static BufferedImage picture(String... options) throws IOException, InterruptedException {
    Path file = Files.createTempDirectory(base, "picture").resolve("page.png");
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--screenshot=" + file, url()));
    browse(all.toArray(String[]::new));
    return Objects.requireNonNull(ImageIO.read(file.toFile()));
  }

  private static long brightness(BufferedImage image) {
    long sum = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        sum += image.getRGB(x, y) >> 8 & 0xff; // green is most of it
      }
    }
    return sum / ((long) image.getWidth() * image.getHeight());
  }

  private static int colours(BufferedImage image) {
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colours.add(image.getRGB(x, y));
      }
    }
    return colours.size();
  }
}
