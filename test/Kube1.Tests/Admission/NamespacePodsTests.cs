using Kube1.Api.Models;
using Kube1.ApiServer.Admission.PodSecurityStandards;
using Kube1.Tests.Auth;

namespace Kube1.Tests.Admission;

/// <summary>The walk over a namespace's pods is bounded, and looks first where most is learned.</summary>
[TestFixture]
public sealed class NamespacePodsTests
{
    private static readonly LevelVersion Baseline = new(SecurityLevel.Baseline, PolicyVersion.Latest);

    [Test]
    public void Warnings_MorePodsThanTheBound_SaysHowMany()
    {
        var pods = Enumerable.Range(0, 3001).Select(i => Pod($"p{i:0000}", hostPid: i == 3000)).ToArray();

        Assert.That(
            new NamespacePods(new(), TimeProvider.System).Warnings(new FakeObjects(pods), "ns", Baseline),
            Is.EqualTo(new[] { "new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods" }));
    }

    [Test]
    public void Warnings_TimeIsUp_SaysHowMany()
    {
        var pods = Enumerable.Range(0, 10).Select(i => Pod($"p{i}", hostPid: true)).ToArray();

        Assert.That(
            new NamespacePods(new(), new SlowClock()).Warnings(new FakeObjects(pods), "ns", Baseline),
            Is.EqualTo(new[]
            {
                "new PodSecurity enforce level only checked against the first 3 of 10 existing pods",
                "existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"baseline:latest\"",
                "p0 (and 2 other pods): host namespaces",
            }));
    }

    [Test]
    public void Warnings_PodsOfOneController_ComeAfterOthers()
    {
        var pods = Enumerable.Range(0, 3000).Select(i => Pod($"a{i:0000}", hostPid: false, owner: "set")).Append(
            Pod("z", hostPid: true)).ToArray();

        Assert.That(
            new NamespacePods(new(), TimeProvider.System).Warnings(new FakeObjects(pods), "ns", Baseline),
            Is.EqualTo(new[]
            {
                "new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods",
                "existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"baseline:latest\"",
                "z: host namespaces",
            }));
    }

    [Test]
    public void Warnings_ExemptRuntimeClass_IsPassedOver()
    {
        var pod = Pod("p", hostPid: true);
        pod.Spec!.RuntimeClassName = "vm";
        var settings = new PodSecuritySettings { ExemptRuntimeClasses = new HashSet<string> { "vm" } };

        Assert.That(
            new NamespacePods(settings, TimeProvider.System).Warnings(new FakeObjects(pod), "ns", Baseline), Is.Empty);
    }

    private static V1Pod Pod(string name, bool hostPid, string? owner = null)
    {
        var pod = FakeObjects.Named(new V1Pod(), "ns", name);
        pod.Spec = new V1PodSpec { HostPID = hostPid, Containers = [new V1Container { Name = "c" }] };
        if (owner is not null)
        {
            pod.Metadata.OwnerReferences = [new V1OwnerReference { Uid = owner, Controller = true }];
        }

        return pod;
    }

    // Each look at it takes 400 ms.
    private sealed class SlowClock : TimeProvider
    {
        private long _looks;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => 400 * _looks++;
    }
}
