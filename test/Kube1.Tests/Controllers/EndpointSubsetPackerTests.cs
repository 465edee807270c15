using Kube1.Api.Models;
using Kube1.Controllers.Endpoints;

namespace Kube1.Tests.Controllers;

internal sealed class EndpointSubsetPackerTests
{
    [Test]
    public void Pack_SamePorts_ShareASubset()
    {
        var subsets = EndpointSubsetPacker.Pack(
        [
            At("10.0.0.2", "a", 80), At("10.0.0.2", "b", 90), At("10.0.0.1", "b", 90), At("10.0.0.1", "a", 80),
        ]);
        var subset = subsets.Single();
        Assert.That(subset.Addresses!.Select(a => a.Ip), Is.EqualTo(new[] { "10.0.0.1", "10.0.0.2" }));
        Assert.That(subset.Ports!.Select(p => p.Port), Is.EqualTo(new[] { 80, 90 }));
    }

    [Test]
    public void Pack_NamedPortsDiffer_SplitSubsets()
    {
        var subsets = EndpointSubsetPacker.Pack([At("10.0.0.1", "a", 80), At("10.0.0.2", "a", 8080)]);
        Assert.That(subsets, Has.Count.EqualTo(2));
    }

    [Test]
    public void Pack_NotReady_AreApart()
    {
        var subset = EndpointSubsetPacker.Pack([At("10.0.0.1", "a", 80), At("10.0.0.2", "a", 80, false)]).Single();
        Assert.That(subset.Addresses!.Single().Ip, Is.EqualTo("10.0.0.1"));
        Assert.That(subset.NotReadyAddresses!.Single().Ip, Is.EqualTo("10.0.0.2"));
    }

    [Test]
    public void Pack_AnyOrder_GivesTheSame()
    {
        var entries = Enumerable.Range(1, 20).Select(i => At($"10.0.0.{i}", "a", 80 + (i % 3), i % 2 == 0)).ToArray();
        var expected = Text(EndpointSubsetPacker.Pack(entries));
        new Random(1).Shuffle(entries);
        Assert.That(Text(EndpointSubsetPacker.Pack(entries)), Is.EqualTo(expected));
    }

    [Test]
    public void Pack_NoPorts_KeepsAddresses() => Assert.That(
        EndpointSubsetPacker.Pack([new AddressAtPort(new V1EndpointAddress { Ip = "10.0.0.1" }, null, true)]).Single().Ports, Is.Null);

    [TestCase(1000, 0, false, 1000, 0)]
    [TestCase(1200, 300, true, 1000, 0)]
    [TestCase(900, 300, true, 900, 100)]
    public void Truncate_OverCapacity_DropsNotReadyFirst(int ready, int notReady, bool cut, int keptReady, int keptNotReady)
    {
        var subsets = EndpointSubsetPacker.Pack(
            Enumerable.Range(0, ready + notReady).Select(i => At($"10.0.{i / 250}.{i % 250}", "a", 80, i < ready)));
        Assert.That(EndpointSubsetPacker.Truncate(subsets), Is.EqualTo(cut));
        Assert.That(subsets.Sum(s => s.Addresses?.Count ?? 0), Is.EqualTo(keptReady));
        Assert.That(subsets.Sum(s => s.NotReadyAddresses?.Count ?? 0), Is.EqualTo(keptNotReady));
    }

    private static AddressAtPort At(string ip, string name, int port, bool ready = true) => new(
        new V1EndpointAddress { Ip = ip }, new Corev1EndpointPort { Name = name, Port = port, Protocol = "TCP" }, ready);

    private static string Text(IEnumerable<V1EndpointSubset> subsets) =>
        string.Join('/', subsets.Select(s => KubeJson.ToJson(s).ToJsonString()));
}
