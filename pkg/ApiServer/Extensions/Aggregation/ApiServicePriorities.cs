using System.Collections.Frozen;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// The places of the group versions that this server serves, in discovery and so in what kubectl takes a short name for
/// (k8s.io/kubernetes/pkg/controlplane/apiserver and cmd/kube-apiserver/app, aggregator.go).
/// </summary>
internal static class ApiServicePriorities
{
    /// <summary>The group of the APIServices themselves, which has none: before all others, as upstream.</summary>
    public const string OwnGroup = "apiregistration.k8s.io";

    // Upstream's apiregistration group has one more than an APIService may ask for.
    private static readonly (long Group, long Version) Own = (20_001, 0);

    private static readonly (long Group, long Version) Custom = (1000, 100);

    private static readonly FrozenDictionary<(string Group, string Version), (long Group, long Version)> BuiltIn =
        new Dictionary<(string, string), (long, long)>
        {
            [("", "v1")] = (18000, 1),
            [("apps", "v1")] = (17800, 15),
            [("events.k8s.io", "v1")] = (17750, 15),
            [("authentication.k8s.io", "v1")] = (17700, 15),
            [("authorization.k8s.io", "v1")] = (17600, 15),
            [("autoscaling", "v1")] = (17500, 15),
            [("autoscaling", "v2")] = (17500, 30),
            [("batch", "v1")] = (17400, 15),
            [("certificates.k8s.io", "v1")] = (17300, 15),
            [("networking.k8s.io", "v1")] = (17200, 15),
            [("policy", "v1")] = (17100, 15),
            [("rbac.authorization.k8s.io", "v1")] = (17000, 15),
            [("storage.k8s.io", "v1")] = (16800, 15),
            [("admissionregistration.k8s.io", "v1")] = (16700, 15),
            [("apiextensions.k8s.io", "v1")] = (16700, 15),
            [("scheduling.k8s.io", "v1")] = (16600, 15),
            [("coordination.k8s.io", "v1")] = (16500, 15),
            [("node.k8s.io", "v1")] = (16300, 15),
            [("discovery.k8s.io", "v1")] = (16200, 15),
            [("resource.k8s.io", "v1")] = (16200, 20),
            [("flowcontrol.apiserver.k8s.io", "v1")] = (16100, 21),
        }.ToFrozenDictionary();

    /// <summary>The places that a group version has by itself.</summary>
    public static (long Group, long Version) Of(string group, string version) =>
        group == OwnGroup ? Own : BuiltIn.GetValueOrDefault((group, version), Custom);
}
