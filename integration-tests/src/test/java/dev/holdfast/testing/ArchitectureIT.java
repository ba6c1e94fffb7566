package dev.holdfast.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** Checks the layers: nothing below the command line knows of it, and only one class calls C. */
final class ArchitectureIT {
  private static final JavaClasses HOLDFAST =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("dev.holdfast");

  @Test
  void nothingDependsOnTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.holdfast.cli..", "dev.holdfast.testing..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.holdfast.cli..")
        .allowEmptyShould(true)
        .check(HOLDFAST);
  }

  @Test
  void onlyTheCommandLineKnowsTheSelfTest() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.holdfast.cli..", "dev.holdfast.selftest..", "dev.holdfast.testing..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.holdfast.selftest..")
        .check(HOLDFAST);
  }

  @Test
  void onlyOneClassCallsForeignFunctions() {
    noClasses()
        .that()
        .haveNameNotMatching("dev\\.holdfast\\.disk\\.linux\\.ForeignLibC(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(HOLDFAST);
  }

  @Test
  void onlyTheProgramsStreamsAreWrittenTo() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.holdfast.testing..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .because("results and messages are UTF-8 in every locale, which System.out is not")
        .check(HOLDFAST);
  }

  @Test
  void commandsLeaveFilesAndDatabasesToTheEngine() {
    noClasses()
        .that()
        .resideInAPackage("dev.holdfast.cli..")
        .and()
        .haveSimpleNameNotStartingWith("Demo")
        .and()
        .doNotHaveSimpleName("Terminal")
        .and()
        .doNotHaveSimpleName("Documents") // and Rehearsal: run by the build of the package alone
        .and()
        .doNotHaveSimpleName("Rehearsal")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.nio.file.Files")
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.h2..", "dev.holdfast.history..")
        .check(HOLDFAST);
  }

  @Test
  void onlyTheHistorySpeaksSql() {
    noClasses()
        .that()
        .resideInAPackage("dev.holdfast..")
        .and()
        .resideOutsideOfPackages("dev.holdfast.history..", "dev.holdfast.testing..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.sql..")
        .because("the SQL history is derived, and nothing that updates a tree may need it")
        .check(HOLDFAST);
  }
}
