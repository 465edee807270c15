using System.Runtime.Versioning;
using Kube1.Cmd.Roles;

namespace Kube1.Tests.Cmd;

[Platform("Linux"), SupportedOSPlatform("linux")]
public sealed class MemoryTrimTests
{
    private const long Burst = MemoryTrim.WorthwhileBytes;
    private const long Little = MemoryTrim.QuietBytes - 1;

    /// <summary>What was allocated in each period, and after which of them memory is given back.</summary>
    private static IEnumerable<TestCaseData> Loads()
    {
        yield return new TestCaseData(new[] { Burst, Little }, new[] { 1 }).SetArgDisplayNames("burst, then quiet");
        yield return new TestCaseData(new[] { Burst, Burst, Burst }, Array.Empty<int>()).SetArgDisplayNames("busy all the time");
        yield return new TestCaseData(new[] { Burst, Little, Little, Little }, new[] { 1 }).SetArgDisplayNames("quiet goes on");
        yield return new TestCaseData(new[] { Burst, Little, Burst, Little }, new[] { 1, 3 }).SetArgDisplayNames("two bursts");
        yield return new TestCaseData(new[] { Little, Little }, Array.Empty<int>()).SetArgDisplayNames("never busy");
    }

    [TestCaseSource(nameof(Loads))]
    public void Look_AfterBurst_CollectsOnceWhenQuiet(long[] allocations, int[] collections)
    {
        var allocated = 0L;
        var (period, collected) = (0, new List<int>());
        var trim = new MemoryTrim(TimeProvider.System, () => allocated, () => collected.Add(period));
        for (; period < allocations.Length; period++)
        {
            allocated += allocations[period];
            trim.Look();
        }

        Assert.That(collected, Is.EqualTo(collections));
    }
}
