using Kube1.Runtimes.Cri;
using Microsoft.Extensions.Logging.Abstractions;
using V1 = Kube1.Runtimes.Cri.V1;

namespace Kube1.Tests.Runtimes.Cri;

/// <summary>The usage of sandboxes while others come and go, from a runtime that gives up at the first that has none.</summary>
public sealed class SandboxStatsTests
{
    [TestCase("a b", ExpectedResult = "a b")]
    [TestCase("a gone:old b", ExpectedResult = "a b", TestName = "One_NotReady_LeavesTheOthers")]
    [TestCase("a bad1 b bad2", ExpectedResult = "a b", TestName = "One_EndsMeanwhile_LeavesTheOthers")]
    [TestCase("bad1", ExpectedResult = "")]
    public async Task<string> List_OfSandboxes_HasThoseThatHaveUsage(string sandboxes)
    {
        await using var server = await ScriptedRuntime.StartAsync();
        server.Sandboxes.AddRange(sandboxes.Split(' ').Select(id => new V1.PodSandbox
        {
            Id = id,
            State = id.StartsWith("gone:", StringComparison.Ordinal)
                ? V1.PodSandboxState.SandboxNotready : V1.PodSandboxState.SandboxReady,
        }));
        using var runtime = new CriPodRuntime(server.Endpoint, NullLoggerFactory.Instance, TimeProvider.System);

        var stats = await runtime.ListSandboxStatsAsync(CancellationToken.None);

        return string.Join(' ', stats.Select(s => s.Id));
    }
}
