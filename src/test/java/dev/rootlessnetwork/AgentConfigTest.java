package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.launch.CgroupConfig;
import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.network.MemorySize;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentConfigTest {
    private static boolean inPod(Map<String, String> environment) throws CommandFailure {
        return AgentConfig.of(new CommonFlags(), environment, name -> true)
                .launcher(Source.CLUSTER)
                .inPod();
    }

    @Test
    void takesTheNameOfACgroupAndALimitForEachNetwork() throws CommandFailure {
        assertThat(cgroup(null, null)).isNull();
        assertThat(cgroup("rootlessnetwork", null)).isEqualTo(new CgroupConfig("rootlessnetwork", null));
        assertThat(cgroup("rootlessnet.slice", "256Mi"))
                .isEqualTo(new CgroupConfig("rootlessnet.slice", new MemorySize(256 << 20)));
    }

    @ParameterizedTest
    @CsvSource({
        "a/b,,'--cgroup must be one name of letters, digits, ''.'', ''_'' and ''-'', such as rootlessnetwork, not \"a/b\"'",
        "..,,'--cgroup must be one name of letters, digits, ''.'', ''_'' and ''-'', such as rootlessnetwork, not \"..\"'",
        "cgroup.procs,,'--cgroup must be one name of letters, digits, ''.'', ''_'' and ''-'', such as rootlessnetwork, not \"cgroup.procs\"'",
        ",64Mi,'--network-memory-limit needs --cgroup, such as --cgroup rootlessnetwork'",
        "a,1Mi,'--network-memory-limit must be at least 16Mi, which slirp4netns needs, not 1Mi'"
    })
    void refusesWhatCannotBeACgroup(String name, String limit, String message) {
        assertThatThrownBy(() -> cgroup(name, limit))
                .isInstanceOf(CommandFailure.class)
                .hasMessage(message);
    }

    private static @Nullable CgroupConfig cgroup(@Nullable String name, @Nullable String limit) throws CommandFailure {
        CommonFlags flags = new CommonFlags();
        flags.cgroup = name;
        flags.networkMemoryLimit = limit == null ? null : MemorySize.parse(limit);
        return AgentConfig.of(flags, Map.of(), interfaceName -> true).cgroup();
    }

    @Test
    void knowsAPodByTheVariableThatTheKubeletSets() throws CommandFailure {
        assertThat(inPod(Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1"))).isTrue();
        assertThat(inPod(Map.of("KUBERNETES_SERVICE_HOST", ""))).isFalse();
        assertThat(inPod(Map.of())).isFalse();
    }
}
