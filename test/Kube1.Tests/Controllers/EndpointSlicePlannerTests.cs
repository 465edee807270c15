using Kube1.Api.Models;
using Kube1.Controllers.EndpointSlices;

namespace Kube1.Tests.Controllers;

internal sealed class EndpointSlicePlannerTests
{
    private static readonly List<Discoveryv1EndpointPort> Http = [new() { Name = "http", Port = 80, Protocol = "TCP" }];

    [Test]
    public void Plan_ManyNewEndpoints_FillsNewSlices()
    {
        var plan = EndpointSlicePlanner.Plan("IPv4", [], [Group(Http, Ips(1, 250))]);
        Assert.That(plan.Create.Select(s => s.Endpoints!.Count), Is.EqualTo(new[] { 100, 100, 50 }));
        Assert.That(plan.Update, Is.Empty);
        Assert.That(plan.Delete, Is.Empty);
    }

    [Test]
    public void Plan_NothingChanged_WritesNothing()
    {
        var plan = EndpointSlicePlanner.Plan("IPv4", [Slice("a", Http, Ips(1, 3))], [Group(Http, Ips(1, 3))]);
        Assert.That((plan.Create.Count, plan.Update.Count, plan.Delete.Count), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public void Plan_OneLeavesOneComes_WritesOneSlice()
    {
        var plan = EndpointSlicePlanner.Plan(
            "IPv4", [Slice("a", Http, Ips(1, 3)), Slice("b", Http, Ips(10, 3))], [Group(Http, [.. Ips(1, 2), .. Ips(10, 4)])]);
        Assert.That(plan.Update.Single().Metadata.Uid, Is.EqualTo("a"));
        Assert.That(plan.Update[0].Endpoints!.Select(e => e.Addresses[0]), Is.EqualTo(new[] { "10.0.0.1", "10.0.0.2", "10.0.0.13" }));
        Assert.That(plan.Create, Is.Empty);
    }

    [Test]
    public void Plan_Newcomer_JoinsFullestSliceWithRoom()
    {
        var plan = EndpointSlicePlanner.Plan(
            "IPv4", [Slice("a", Http, Ips(1, 1)), Slice("b", Http, Ips(10, 3)), Slice("c", Http, Ips(20, 4))],
            [Group(Http, [.. Ips(1, 1), .. Ips(10, 3), .. Ips(20, 4), .. Ips(30, 1)])], 4);
        Assert.That(plan.Update.Single().Metadata.Uid, Is.EqualTo("b"));
        Assert.That(plan.Create, Is.Empty);
    }

    [Test]
    public void Plan_ConditionChanged_IsWrittenInPlace()
    {
        var changed = Ips(1, 2);
        changed[1].Conditions!.Ready = false;
        var plan = EndpointSlicePlanner.Plan("IPv4", [Slice("a", Http, Ips(1, 2))], [Group(Http, changed)]);
        Assert.That(plan.Update.Single().Endpoints![1].Conditions!.Ready, Is.False);
    }

    [Test]
    public void Plan_PortsDiffer_GetSlicesOfTheirOwn()
    {
        List<Discoveryv1EndpointPort> other = [new() { Name = "http", Port = 8080, Protocol = "TCP" }];
        var plan = EndpointSlicePlanner.Plan(
            "IPv4", [Slice("a", Http, Ips(1, 2))], [Group(Http, Ips(1, 1)), Group(other, Ips(2, 1))]);
        Assert.That(plan.Update.Single().Endpoints, Has.Count.EqualTo(1));
        Assert.That(plan.Create.Single().Ports![0].Port, Is.EqualTo(8080));
    }

    [Test]
    public void Plan_NoEndpoints_KeepsOnePlaceholder()
    {
        var none = new List<EndpointGroup> { Group([], []) };
        Assert.That(EndpointSlicePlanner.Plan("IPv4", [], none).Create.Single().Endpoints, Is.Empty);
        var kept = EndpointSlicePlanner.Plan("IPv4", [Slice("p", [], [])], none);
        Assert.That((kept.Create.Count, kept.Update.Count, kept.Delete.Count), Is.EqualTo((0, 0, 0)));
        var emptied = EndpointSlicePlanner.Plan("IPv4", [Slice("a", Http, Ips(1, 2))], none);
        Assert.That((emptied.Create.Count, emptied.Update.Count, emptied.Delete.Count), Is.EqualTo((1, 0, 1)));
    }

    [Test]
    public void Plan_EndpointInTwoSlices_StaysInOne()
    {
        var plan = EndpointSlicePlanner.Plan(
            "IPv4", [Slice("a", Http, Ips(1, 1)), Slice("b", Http, Ips(1, 1))], [Group(Http, Ips(1, 1))]);
        Assert.That(plan.Delete.Single().Metadata.Uid, Is.EqualTo("b"));
        Assert.That(plan.Update, Is.Empty);
    }

    [Test]
    public void Plan_RandomChanges_AlwaysHoldsExactlyTheWantedEndpoints()
    {
        var random = new Random(752);
        var slices = new List<V1EndpointSlice>();
        for (var round = 0; round < 300; round++)
        {
            var wanted = Ips(1, 200).Where(_ => random.Next(3) > 0).ToList();
            var plan = EndpointSlicePlanner.Plan("IPv4", slices, [Group(Http, wanted)], 20);
            slices.RemoveAll(s => plan.Delete.Concat(plan.Update).Any(d => d.Metadata.Uid == s.Metadata.Uid));
            slices.AddRange(plan.Update);
            slices.AddRange(plan.Create.Select((s, i) => Slice($"{round}-{i}", Http, s.Endpoints!)));
            Assert.That(slices, Has.All.Matches<V1EndpointSlice>(s => s?.Endpoints?.Count is > 0 and <= 20));
            Assert.That(
                slices.SelectMany(s => s.Endpoints!).Select(e => e.Addresses[0]).Order(),
                Is.EqualTo(wanted.Select(e => e.Addresses[0]).Order()));
        }
    }

    private static EndpointGroup Group(List<Discoveryv1EndpointPort> ports, List<V1Endpoint> endpoints) => new(ports, endpoints);

    private static List<V1Endpoint> Ips(int first, int count) => [.. Enumerable.Range(first, count).Select(i => new V1Endpoint
    {
        Addresses = ["10.0.0." + i],
        Conditions = new V1EndpointConditions { Ready = true, Serving = true, Terminating = false },
    })];

    private static V1EndpointSlice Slice(string uid, List<Discoveryv1EndpointPort> ports, List<V1Endpoint> endpoints) => new()
    {
        Metadata = new V1ObjectMeta { Uid = uid, Name = uid },
        AddressType = "IPv4",
        Ports = ports,
        Endpoints = endpoints,
    };
}
