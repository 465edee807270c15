using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Coordination;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.Tests.Registry;

/// <summary>Which writes of Leases and Events may be lost with a crash.</summary>
public sealed class RenewalTests
{
    private const string Lease = """
        {"metadata":{"name":"l","resourceVersion":"5","managedFields":[{"manager":"m","time":"1"}]},
        "spec":{"holderIdentity":"a","renewTime":"1"}}
        """;

    private const string Event = """
        {"metadata":{"name":"e"},"reason":"R","count":1,"lastTimestamp":"1"}
        """;

    [TestCase("""{"metadata":{"name":"l","managedFields":[{"manager":"m","time":"2"}]},"spec":{"holderIdentity":"a","renewTime":"2"}}""", true)]
    [TestCase("""{"metadata":{"name":"l","resourceVersion":"5","managedFields":[{"manager":"m","time":"2"}]},"spec":{"holderIdentity":"a","renewTime":"2"}}""", true)]
    [TestCase("""{"metadata":{"name":"l","managedFields":[{"manager":"m","time":"2"}]},"spec":{"holderIdentity":"b","renewTime":"2"}}""", false)]
    [TestCase("""{"metadata":{"name":"l","managedFields":[{"manager":"m","time":"2"}]},"spec":{"renewTime":"2"}}""", false)]
    [TestCase("""{"metadata":{"name":"l","managedFields":[{"manager":"m","time":"2"}]},"spec":{"holderIdentity":"a","renewTime":"2","leaseTransitions":1}}""", false)]
    [TestCase("""{"metadata":{"name":"l","managedFields":[{"manager":"m","time":"2"}],"labels":{"x":"y"}},"spec":{"holderIdentity":"a","renewTime":"2"}}""", false)]
    [TestCase("""{"metadata":{"name":"l","managedFields":[{"manager":"m","time":"2"}],"deletionTimestamp":"2"},"spec":{"holderIdentity":"a","renewTime":"1"}}""", false)]
    [TestCase("""{"metadata":{"name":"l","managedFields":[{"manager":"m","time":"2"}]}}""", false)]
    [TestCase("""{"metadata":{"name":"l","managedFields":[{"manager":"n","time":"2"}]},"spec":{"holderIdentity":"a","renewTime":"2"}}""", false)]
    public void IsRenewal_OfALease_IsAChangeOfItsTimeOnly(string changed, bool expected) =>
        Assert.That(IsRenewal(new LeaseResource(), Lease, changed), Is.EqualTo(expected));

    [TestCase("""{"metadata":{"name":"e"},"reason":"R","count":2,"lastTimestamp":"2"}""", true)]
    [TestCase("""{"metadata":{"name":"e"},"reason":"R","count":1,"lastTimestamp":"1","series":{"count":2}}""", true)]
    [TestCase("""{"metadata":{"name":"e"},"reason":"S","count":2,"lastTimestamp":"2"}""", false)]
    [TestCase("""{"metadata":{"name":"e"},"reason":"R","count":2,"lastTimestamp":"2","message":"m"}""", false)]
    public void IsRenewal_OfAnEvent_IsThatItHappenedAgain(string changed, bool expected) =>
        Assert.That(IsRenewal(new EventResource(), Event, changed), Is.EqualTo(expected));

    [Test]
    public void IsRenewal_OfAnyOtherKind_IsFalse() =>
        Assert.That(IsRenewal(new ConfigMapResource(), Event, Event), Is.False);

    private static bool IsRenewal(ResourceStrategy strategy, string old, string changed) =>
        strategy.IsRenewal(JsonNode.Parse(changed)!.AsObject(), JsonNode.Parse(old)!.AsObject());
}
