using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Images;
using Kube1.Kubelet.Logs;
using Kube1.Kubelet.Nodes;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Resources;
using Kube1.Kubelet.Status;
using Kube1.Kubelet.Volumes;
using Kube1.Runtimes.Linux.Cgroups;
using Kube1.Runtimes.Linux.Mounts;
using Kube1.Runtimes.Simulated;
using Kube1.Testing;

namespace Kube1.Tests.Kubelet;

[TestFixture]
internal sealed class NodePartsTests
{
    [TestCase(1, 25)]
    [TestCase(20, 25)]
    [TestCase(21, 50)]
    [TestCase(24, 400)]
    [TestCase(29, 10_000)]
    [TestCase(int.MaxValue, 10_000)]
    public void PauseUntilReady_NodeThatDoesNotGetReady_GrowsToTheNormalPeriod(int looks, int milliseconds) =>
        Assert.That(NodeAgent.PauseUntilReady(looks), Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));

    [TestCase("$(A)-$(B)", "1-$(B)")]
    [TestCase("$$(A)", "$(A)")]
    [TestCase("$", "$")]
    [TestCase("a$b $(A", "a$b $(A")]
    public void Expand_References_ResolvesKnownOnes(string text, string expected) =>
        Assert.That(VariableExpansion.Expand(text, name => name == "A" ? "1" : null), Is.EqualTo(expected));

    [TestCase(10, "10s")]
    [TestCase(80, "1m20s")]
    [TestCase(300, "5m0s")]
    [TestCase(3661.5, "1h1m1.5s")]
    [TestCase(0.015, "15ms")]
    public void Format_Durations_AsGo(double seconds, string expected) =>
        Assert.That(GoDuration.Format(TimeSpan.FromSeconds(seconds)), Is.EqualTo(expected));

    [TestCase("nginx", "nginx:latest", "docker.io/library/nginx")]
    [TestCase("localhost:5000/a/b:1", "localhost:5000/a/b:1", "localhost:5000/a/b")]
    [TestCase("quay.io/a/b", "quay.io/a/b:latest", "quay.io/a/b")]
    [TestCase("UPPER", null, null)]
    [TestCase("bad image", null, null)]
    public void WithDefaultTag_Names_AreNormalised(string image, string? tagged, string? repository)
    {
        Assert.That(ImageReference.WithDefaultTag(image), Is.EqualTo(tagged));
        if (repository is not null)
        {
            Assert.That(ImageReference.Repository(image), Is.EqualTo(repository));
        }
    }

    [Test]
    public void Next_RepeatedFailures_DoublesToMaxAndForgets()
    {
        var backOff = new RestartBackOff(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));
        var now = DateTimeOffset.UnixEpoch;
        Assert.That(backOff.Remaining("a", now, now), Is.EqualTo(TimeSpan.Zero));
        var delays = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            backOff.Next("a", now, now);
            delays.Add(backOff.Delay("a").TotalSeconds);
        }

        Assert.That(delays, Is.EqualTo(new[] { 10.0, 20, 40, 80, 160, 300, 300 }));
        var later = now.AddMinutes(11);
        Assert.That(backOff.Remaining("a", later, later), Is.EqualTo(TimeSpan.Zero));
        backOff.Next("a", later, later);
        Assert.That(backOff.Delay("a").TotalSeconds, Is.EqualTo(10));
    }

    /// <summary>At the longest delay, the wait itself must not count as time without a failure.</summary>
    [Test]
    public void Next_RanLongButWaitedLonger_DoesNotForget()
    {
        var backOff = new RestartBackOff(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));
        var started = DateTimeOffset.UnixEpoch;
        for (var i = 0; i < 6; i++)
        {
            backOff.Next("a", started, started);
        }

        var ended = started.AddMinutes(6);
        backOff.Next("a", ended, ended.AddMinutes(5));
        Assert.That(backOff.Delay("a"), Is.EqualTo(TimeSpan.FromMinutes(5)));
    }

    [Test]
    public void Between_ConditionTurnsTrue_RemovesReasonAndStaleAddress()
    {
        var old = new V1PodStatus
        {
            Phase = "Pending",
            PodIPs = [new V1PodIP { Ip = "10.0.0.1" }],
            Conditions = [new V1PodCondition { Type = "Ready", Status = "False", Reason = "ContainersNotReady" }],
        };
        var now = new V1PodStatus
        {
            Phase = "Pending",
            PodIPs = [new V1PodIP { Ip = "10.0.0.2" }],
            Conditions = [new V1PodCondition { Type = "Ready", Status = "True" }],
        };
        var patch = JsonNode.Parse(PodStatusPatch.Between(old, now, "u")!)!;
        var expected = JsonNode.Parse("""
            {"metadata":{"uid":"u"},"status":{
              "podIPs":[{"ip":"10.0.0.2"},{"$patch":"delete","ip":"10.0.0.1"}],
              "conditions":[{"type":"Ready","status":"True","reason":null}]}}
            """);
        Assert.That(JsonNode.DeepEquals(patch, expected), Is.True, patch.ToJsonString());
        Assert.That(PodStatusPatch.Between(now, now, "u"), Is.Null);
    }

    [Test]
    public void Of_Resources_DecideClassAndCgroup()
    {
        static V1Pod With(string? request, string? limit) => NodeFixture.Pod(edit: s =>
        {
            Dictionary<string, ResourceQuantity>? Map(string? value) => value is null ? null : new()
            {
                ["cpu"] = ResourceQuantity.Parse(value),
                ["memory"] = ResourceQuantity.Parse("64Mi"),
            };
            s.Containers[0].Resources = new V1ResourceRequirements { Requests = Map(request), Limits = Map(limit) };
        });

        Assert.That(QosClass.Of(With(null, null)), Is.EqualTo("BestEffort"));
        Assert.That(QosClass.Of(With("100m", null)), Is.EqualTo("Burstable"));
        Assert.That(QosClass.Of(With(null, "100m")), Is.EqualTo("Guaranteed"));
        var guaranteed = With("500m", "500m");
        var resources = ContainerResources.For(guaranteed, guaranteed.Spec!.Containers[0], 8L << 30);
        Assert.That(resources.CpuShares, Is.EqualTo(512));
        Assert.That(resources.CpuQuota, Is.EqualTo(50_000));
        Assert.That(resources.MemoryLimitInBytes, Is.EqualTo(64L << 20));
        Assert.That(resources.OomScoreAdj, Is.EqualTo(-997));
        Assert.That(CgroupsV2.Weight(1024), Is.EqualTo(39));
    }

    [Test]
    public void Write_ChangedPayload_SwapsAtOnce()
    {
        var folder = Directory.CreateTempSubdirectory("kube1-volume").FullName;
        try
        {
            var writer = new AtomicWriter(new SimulatedMounts(), new ManualTime());
            VolumeFile File1(string text) => new(Encoding.UTF8.GetBytes(text), (UnixFileMode)0x1A4);
            bool Write(params IEnumerable<(string Path, VolumeFile File)> files) => writer.Write(
                folder, files.ToDictionary(f => f.Path, f => f.File), UnixFileMode.None, _ => { });
            Assert.That(Write(("a", File1("1")), ("d/b", File1("2"))), Is.True);
            Assert.That(Write(("a", File1("1")), ("d/b", File1("2"))), Is.False);
            Assert.That(File.ReadAllText(Path.Combine(folder, "d", "b")), Is.EqualTo("2"));
            var secret = File1("1") with { Mode = UnixFileMode.UserRead };
            Assert.That(Write(("a", secret), ("d/b", File1("2"))), Is.True);
            Assert.That(new SimulatedMounts().ModeOf(Path.Combine(folder, "a")), Is.EqualTo(UnixFileMode.UserRead));
            Assert.That(Write(("a", File1("3"))), Is.True);
            Assert.That(File.ReadAllText(Path.Combine(folder, "a")), Is.EqualTo("3"));
            Assert.That(Path.Exists(Path.Combine(folder, "d")), Is.False);
            Assert.That(new FileInfo(Path.Combine(folder, "a")).LinkTarget, Is.EqualTo("..data/a"));
            Assert.That(Directory.GetDirectories(folder, "..2*"), Has.Length.EqualTo(1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase(null, false, "one\ntwo three\nfour\n")]
    [TestCase(1L, false, "four\n")]
    [TestCase(1L, true, "2026-01-01T00:00:04Z four\n")]
    [TestCase(0L, false, "")]
    public async Task CopyAsync_Options_GiveWhatKubectlShows(long? tail, bool timestamps, string expected)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, """
                2026-01-01T00:00:01Z stdout F one
                2026-01-01T00:00:02Z stderr P two 
                2026-01-01T00:00:03Z stderr F three
                2026-01-01T00:00:04Z stdout F four

                """.ReplaceLineEndings("\n"));
            using var output = new MemoryStream();
            await new CriLogReader(TimeProvider.System).CopyAsync(
                path, new LogQuery { TailLines = tail, Timestamps = timestamps }, _ => Task.FromResult(false), output,
                CancellationToken.None);
            Assert.That(Encoding.UTF8.GetString(output.ToArray()), Is.EqualTo(expected));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task CopyAsync_Follow_EndsWhenContainerEnds()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "2026-01-01T00:00:01Z stdout F one\n");
            using var output = new MemoryStream();
            var looks = 0;
            await new CriLogReader(TimeProvider.System).CopyAsync(
                path, new LogQuery { Follow = true }, async ct =>
                {
                    if (looks++ == 0)
                    {
                        await File.AppendAllTextAsync(path, "2026-01-01T00:00:02Z stdout F two\n", ct);
                        return true;
                    }

                    return false;
                }, output, CancellationToken.None);
            Assert.That(Encoding.UTF8.GetString(output.ToArray()), Is.EqualTo("one\ntwo\n"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Parse_MountInfo_UnescapesPaths()
    {
        var mount = MountInfo.Parse(["36 35 98:0 /a /mnt\\040x rw,noatime master:1 - ext3 /dev/root rw"]).Single();
        Assert.That(mount.Path, Is.EqualTo("/mnt x"));
        Assert.That(mount.Type, Is.EqualTo("ext3"));
        Assert.That(mount.Source, Is.EqualTo("/dev/root"));
    }

    [Test]
    public void For_ClusterFirst_NamesClusterDnsAndSearchPaths()
    {
        var dns = new PodDns("10.43.0.10", "cluster.local", "/nonexistent").For(NodeFixture.Pod());
        Assert.That(dns.Servers, Is.EqualTo(new[] { "10.43.0.10" }));
        Assert.That(dns.Searches, Is.EqualTo(new[] { "default.svc.cluster.local", "svc.cluster.local", "cluster.local" }));
        Assert.That(dns.Options, Is.EqualTo(new[] { "ndots:5" }));
    }

    [Test]
    public void Judge_NoRoom_NamesResource()
    {
        var node = new V1Node
        {
            Status = new V1NodeStatus
            {
                Allocatable = new() { ["cpu"] = ResourceQuantity.Parse("1"), ["pods"] = ResourceQuantity.Parse("10") },
            },
        };
        V1Pod Asks(string name, string cpu) => NodeFixture.Pod(name, s => s.Containers[0].Resources = new V1ResourceRequirements
        {
            Requests = new() { ["cpu"] = ResourceQuantity.Parse(cpu) },
        });
        var refusal = PodAdmission.Judge(Asks("b", "600m"), [Asks("a", "500m")], node, "node1");
        Assert.That(refusal, Is.EqualTo(new PodFailure(
            "OutOfcpu", "Node didn't have enough resource: cpu, requested: 600, used: 500, capacity: 1000")));
        Assert.That(PodAdmission.Judge(Asks("b", "500m"), [Asks("a", "500m")], node, "node1"), Is.Null);
    }

    [TestCase("In", "disk", "ssd", true)]
    [TestCase("In", "disk", "hdd", false)]
    [TestCase("NotIn", "disk", "ssd", false)]
    [TestCase("NotIn", "other", "ssd", true)]
    [TestCase("Exists", "disk", null, true)]
    [TestCase("DoesNotExist", "disk", null, false)]
    [TestCase("Gt", "cores", "3", true)]
    [TestCase("Lt", "cores", "4", false)]
    [TestCase("Gt", "disk", "3", false)]
    public void Matches_RequiredAffinity_HoldsAsDocumented(string op, string key, string? value, bool expected)
    {
        var node = new V1Node { Metadata = new V1ObjectMeta { Labels = new() { ["disk"] = "ssd", ["cores"] = "4" } } };
        var requirement = new V1NodeSelectorRequirement { Key = key, Operator = op, Values = value is null ? null : [value] };
        var pod = NodeFixture.Pod(edit: s => s.Affinity = new V1Affinity
        {
            NodeAffinity = new V1NodeAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new V1NodeSelector
                {
                    NodeSelectorTerms = [new V1NodeSelectorTerm { MatchExpressions = [requirement] }],
                },
            },
        });
        Assert.That(NodeAffinityMatch.Matches(pod.Spec!, node), Is.EqualTo(expected));
        Assert.That(PodAdmission.Judge(pod, [], node, "node1")?.Reason, Is.EqualTo(expected ? null : "NodeAffinity"));
    }

    [TestCase("nameserver 127.0.0.53\noptions edns0\n", true)]
    [TestCase("nameserver 127.0.0.53\nnameserver 10.0.0.1\n", false)]
    [TestCase("nameserver 10.0.0.1\n", false)]
    [TestCase("search example.org\n", false)]
    public void Choose_StubOfSystemdResolved_TakesRealResolvers(string text, bool replaced)
    {
        var folder = Directory.CreateTempSubdirectory("kube1-resolv").FullName;
        try
        {
            var (path, real) = (Path.Combine(folder, "resolv.conf"), Path.Combine(folder, "real.conf"));
            File.WriteAllText(path, text);
            Assert.That(NodeResolvConf.Choose(path, real), Is.EqualTo(path), "there is no other file");
            File.WriteAllText(real, "nameserver 10.0.0.2\n");
            Assert.That(NodeResolvConf.Choose(path, real), Is.EqualTo(replaced ? real : path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
