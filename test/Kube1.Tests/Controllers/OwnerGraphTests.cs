using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.Controllers.GarbageCollectors;

namespace Kube1.Tests.Controllers;

public sealed class OwnerGraphTests
{
    private static readonly ResourceDescriptor ReplicaSets =
        ResourceCatalog.Find(new GroupVersionResource("apps", "v1", "replicasets"))!;

    [Test]
    public void Set_ObjectWithoutOwners_IsNotKept()
    {
        var graph = new OwnerGraph();

        Assert.That(graph.Set(Object("lone")), Is.Empty);
        Assert.That(graph.Count, Is.Zero);
    }

    [Test]
    public void Remove_OwnerThatWasNeverKept_LooksAtItsDependents()
    {
        var graph = new OwnerGraph();
        Assert.That(graph.Set(Object("child", "owner")), Is.EqualTo(new[] { "child" }));
        graph.MarkPresent("owner");

        Assert.That(graph.Remove("owner"), Is.EqualTo(new[] { "child" }));
        Assert.That(graph.IsKnownPresent("owner"), Is.False);
    }

    [Test]
    public void Remove_LastDependent_LooksAtTheOwnerThatWaits()
    {
        var graph = new OwnerGraph();
        graph.Set(Object("child", "owner"));
        Assert.That(
            graph.Set(Object("owner") with { Terminating = true, WaitsForDependents = true }),
            Is.EqualTo(new[] { "owner" }));

        Assert.That(graph.Remove("child"), Is.EqualTo(new[] { "owner" }));
        Assert.That(graph.DependentsOf("owner"), Is.Empty);
    }

    [Test]
    public void Set_OwnersChanged_LooksAgainAndForgetsTheOld()
    {
        var graph = new OwnerGraph();
        graph.Set(Object("child", "one"));

        Assert.That(graph.Set(Object("child", "one")), Is.Empty);
        Assert.That(graph.Set(Object("child", "two")), Is.EqualTo(new[] { "child" }));
        Assert.That(graph.DependentsOf("one"), Is.Empty);

        graph.Set(Object("child"));
        Assert.That(graph.Count, Is.Zero);
    }

    [Test]
    public void Resynced_ObjectsNotSeenAgain_AreGoneAndTheirDependentsDoubtful()
    {
        var graph = new OwnerGraph();
        graph.Set(Object("old", "owner"));
        graph.Set(Object("kept", "old"));
        graph.MarkPresent("old");

        var (gone, doubtful) = graph.Resynced(ReplicaSets.Kind, ["kept", "owner"]);

        Assert.That(gone, Is.EqualTo(new[] { "old" }));
        Assert.That(doubtful, Is.EqualTo(new[] { "kept" }));
        Assert.That(graph.IsKnownPresent("old"), Is.False);
    }

    private static GraphObject Object(string uid, params string[] owners) => new(
        ReplicaSets, "default", uid, uid,
        [.. owners.Select(o => new OwnerLink("apps/v1", "ReplicaSet", o, o, true))], false, false, false);
}
