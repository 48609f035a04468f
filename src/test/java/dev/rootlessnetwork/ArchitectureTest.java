package dev.rootlessnetwork;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which package may know which, and what no class may do or be called. */
class ArchitectureTest {
    private static final String ROOT = "dev.rootlessnetwork";

    /** What every package may use: the JDK, JSpecify's annotations, Error Prone's, and the logging interface. */
    private static final List<String> EVERYWHERE =
            List.of("java..", "javax..", "org.jspecify..", "org.slf4j..", "com.google.errorprone.annotations..");

    /** Guava, where its values and parsers spare own code; {@code network} gets along with the literals of addresses. */
    private static final String GUAVA = "com.google.common..";

    private static final String[] JNR = {"jnr..", "com.kenai.jffi.."};
    private static final String JUNIXSOCKET = "org.newsclub..";
    private static final String FABRIC8 = "io.fabric8..";
    private static final String JACKSON = "com.fasterxml.jackson..";
    private static final String OPERATOR_SDK = "io.javaoperatorsdk..";
    private static final String OKHTTP = "okhttp3..";
    private static final String MICROMETER = "io.micrometer..";

    /** What Micrometer writes Prometheus's format with. */
    private static final String PROMETHEUS = "io.prometheus.metrics..";

    /** The JDK's, an exported interface of its module jdk.httpserver. */
    private static final String HTTP_SERVER = "com.sun.net.httpserver..";

    private static final String PICOCLI = "picocli..";

    /** Each package with those of ours, and the libraries, that it may import besides what every package may use. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.of(
            "network", List.of("com.google.common.net.."),
            "posix", List.of("jnr.."),
            "slirp", List.of(own("posix"), own("network"), JUNIXSOCKET, JACKSON, GUAVA),
            "relay", List.of(own("posix"), own("network"), JUNIXSOCKET, JACKSON, GUAVA),
            "port", List.of(own("network"), own("posix"), own("slirp"), own("relay"), GUAVA),
            "launch", List.of(own("network"), own("posix"), own("slirp"), own("relay"), own("port"), JACKSON, GUAVA),
            "api", List.of(own("network"), own("launch"), FABRIC8, JACKSON, GUAVA),
            "kube",
                    List.of(
                            own("network"),
                            own("launch"),
                            own("api"),
                            own("metrics"),
                            FABRIC8,
                            OPERATOR_SDK,
                            OKHTTP,
                            JACKSON,
                            GUAVA),
            "standalone",
                    List.of(
                            own("network"),
                            own("launch"),
                            own("api"),
                            JACKSON,
                            GUAVA,
                            "org.apache.commons.text..",
                            "org.snakeyaml.engine.."),
            // of network: the reasons and protocols that an observation is made of, and figures are labelled with
            "metrics", List.of(own("network"), own("launch"), MICROMETER, PROMETHEUS, HTTP_SERVER));

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @TestFactory
    Stream<DynamicTest> importsOnlyWhatItsPlaceAllows() {
        return MAY_IMPORT.keySet().stream()
                .sorted()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    String[] allowed = Stream.of(EVERYWHERE, MAY_IMPORT.get(name), List.of(own(name)))
                            .flatMap(List::stream)
                            .toArray(String[]::new);
                    check(classes()
                            .that()
                            .resideInAPackage(own(name))
                            .should()
                            .onlyDependOnClassesThat(resideInAnyPackage(allowed)));
                }));
    }

    @Test
    void hasNoPackageThatTheRulesDoNotKnow() {
        Assertions.assertThat(OURS.stream()
                        .map(JavaClass::getPackageName)
                        .filter(name -> !name.equals(ROOT))
                        .map(name -> name.substring(ROOT.length() + 1).replaceFirst("\\..*", ""))
                        .distinct())
                .isSubsetOf(MAY_IMPORT.keySet());
    }

    @Test
    void hasNoCyclesAmongPackages() {
        check(slices().matching(ROOT + ".(**)").should().beFreeOfCycles());
    }

    @Test
    void keepsEachLibraryInItsPlace() {
        onlyIn(List.of("posix"), JNR);
        onlyIn(List.of("slirp", "relay"), JUNIXSOCKET);
        onlyIn(List.of("api", "kube"), FABRIC8);
        onlyIn(List.of("kube"), OPERATOR_SDK);
        onlyIn(List.of("metrics"), MICROMETER, PROMETHEUS, HTTP_SERVER);
    }

    @Test
    void parsesCommandLinesInTheRootPackageOnly() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(PICOCLI));
    }

    /** What runs may be read by a program: nothing but the commands and the standalone runner writes to it. */
    @Test
    void printsOnlyFromCommandsAndTheStandaloneRunner() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, own("standalone"))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err"));
        check(noClasses().should().callMethod(Throwable.class, "printStackTrace"));
    }

    @Test
    void endsTheProcessFromTheRootPackageOnly() {
        check(noClasses().that().resideOutsideOfPackage(ROOT).should().callMethod(System.class, "exit", int.class));
    }

    @Test
    void waitsForEventsInsteadOfSleeping() {
        check(noClasses().should().callMethod(Thread.class, "sleep", long.class));
    }

    @Test
    void namesClassesForWhatTheyAre() {
        check(noClasses()
                .should()
                .haveNameMatching(".*(Impl|Utils?|Helper|Manager)(\\$.*)?")
                .orShould()
                .haveNameMatching(".*[.$]Abstract[A-Z][^.]*"));
    }

    @Test
    void marksEachPackageAsNullMarked() {
        List<JavaPackage> unmarked = OURS.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(p -> !p.isAnnotatedWith(NullMarked.class))
                .toList();
        Assertions.assertThat(unmarked).isEmpty();
    }

    @Test
    void returnsOptionalAndNeverTakesOrKeepsIt() {
        check(fields().should().notHaveRawType(Optional.class));
        check(noCodeUnits()
                .that()
                .areNotPrivate()
                .and(areWritten())
                .should()
                .haveRawParameterTypes(containingAnOptional()));
    }

    @Test
    void exposesNoFieldThatChanges() {
        check(fields().that().arePublic().should().beFinal());
    }

    private static DescribedPredicate<JavaCodeUnit> areWritten() {
        return DescribedPredicate.describe(
                "are written, not made by the compiler",
                unit -> !unit.getModifiers().contains(JavaModifier.SYNTHETIC));
    }

    private static DescribedPredicate<List<JavaClass>> containingAnOptional() {
        return DescribedPredicate.describe(
                "containing an Optional",
                types -> types.stream().anyMatch(type -> type.isEquivalentTo(Optional.class)));
    }

    private static void onlyIn(List<String> packages, String... library) {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        packages.stream().map(ArchitectureTest::own).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library));
    }

    private static String own(String name) {
        return ROOT + "." + name + "..";
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(OURS);
    }
}
