using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.FlowControl;

/// <summary>
/// The priority levels and FlowSchemas that every cluster has: mandatory ones, which count even when somebody deletes
/// them, and suggested ones. https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#defaults
/// </summary>
internal static class BootstrapFlowObjects
{
    /// <summary>"true" on objects that the server may bring up to date; people set it to "false" to keep theirs.</summary>
    public const string AutoUpdateAnnotation = "apf.kubernetes.io/autoupdate-spec";

    private const string Anonymous = "system:unauthenticated";
    private const string Authenticated = "system:authenticated";
    private const string Nodes = "system:nodes";
    private const string Manager = "system:kube-controller-manager";
    private const string Scheduler = "system:kube-scheduler";

    public static IReadOnlyList<JsonObject> MandatoryLevels { get; } =
    [
        Named("exempt", new JsonObject
        {
            ["type"] = "Exempt",
            ["exempt"] = new JsonObject { ["nominalConcurrencyShares"] = 0, ["lendablePercent"] = 0 },
        }),
        Limited("catch-all", 5, 0, new JsonObject { ["type"] = "Reject" }),
    ];

    public static IReadOnlyList<JsonObject> SuggestedLevels { get; } =
    [
        Queued("system", 30, 33, 64, 6),
        Queued("node-high", 40, 25, 64, 6),
        Queued("leader-election", 10, 0, 16, 4),
        Queued("workload-high", 40, 50, 128, 6),
        Queued("workload-low", 100, 90, 128, 6),
        Queued("global-default", 20, 50, 128, 6),
    ];

    public static IReadOnlyList<JsonObject> MandatorySchemas { get; } =
    [
        Schema("exempt", "exempt", 1, null, [Group("system:masters")], Everything()),
        Schema("catch-all", "catch-all", 10_000, "ByUser", [Group(Anonymous), Group(Authenticated)], Everything()),
    ];

    public static IReadOnlyList<JsonObject> SuggestedSchemas { get; } =
    [
        Schema("system-nodes", "system", 500, "ByUser", [Group(Nodes)], Everything()),
        Schema("system-node-high", "node-high", 400, "ByUser", [Group(Nodes)], new JsonObject
        {
            ["resourceRules"] = new JsonArray(
                Resources(["*"], "", ["nodes", "nodes/status"], clusterScope: true),
                Resources(["*"], "coordination.k8s.io", ["leases"], clusterScope: false)),
        }),
        Schema("probes", "exempt", 2, null, [Group(Anonymous), Group(Authenticated)], new JsonObject
        {
            ["nonResourceRules"] = new JsonArray(new JsonObject
            {
                ["verbs"] = new JsonArray("get"),
                ["nonResourceURLs"] = new JsonArray("/healthz", "/readyz", "/livez"),
            }),
        }),
        Schema(
            "system-leader-election", "leader-election", 100, "ByUser",
            [User(Manager), User(Scheduler), SystemServiceAccounts()], new JsonObject
            {
                ["resourceRules"] = new JsonArray(
                    Resources(["get", "create", "update"], "coordination.k8s.io", ["leases"], clusterScope: false)),
            }),
        Schema("kube-controller-manager", "workload-high", 800, "ByNamespace", [User(Manager)], Everything()),
        Schema("kube-scheduler", "workload-high", 800, "ByNamespace", [User(Scheduler)], Everything()),
        Schema(
            "kube-system-service-accounts", "workload-high", 900, "ByNamespace", [SystemServiceAccounts()], Everything()),
        Schema("service-accounts", "workload-low", 9000, "ByUser", [Group("system:serviceaccounts")], Everything()),
        Schema(
            "global-default", "global-default", 9900, "ByUser", [Group(Anonymous), Group(Authenticated)], Everything()),
    ];

    /// <summary>
    /// Whether the server may change what a stored object says: mandatory ones always, others unless their annotation says
    /// no; without one, as long as nobody has changed them.
    /// </summary>
    public static bool MayUpdate(JsonObject stored, bool mandatory)
    {
        var annotation = (string?)stored["metadata"]?["annotations"]?[AutoUpdateAnnotation];
        return mandatory || annotation == "true"
            || (annotation is not "false" && stored.Integer("metadata.generation") == 1);
    }

    private static JsonObject Queued(string name, int shares, int lendable, int queues, int handSize) =>
        Limited(name, shares, lendable, new JsonObject
        {
            ["type"] = "Queue",
            ["queuing"] = new JsonObject { ["queues"] = queues, ["handSize"] = handSize, ["queueLengthLimit"] = 50 },
        });

    private static JsonObject Limited(string name, int shares, int lendable, JsonObject response) =>
        Named(name, new JsonObject
        {
            ["type"] = "Limited",
            ["limited"] = new JsonObject
            {
                ["nominalConcurrencyShares"] = shares,
                ["limitResponse"] = response,
                ["lendablePercent"] = lendable,
            },
        });

    private static JsonObject Schema(
        string name, string level, int precedence, string? distinguisher, JsonNode[] subjects, JsonObject rule)
    {
        rule.Insert(0, "subjects", new JsonArray(subjects));
        var spec = new JsonObject
        {
            ["priorityLevelConfiguration"] = new JsonObject { ["name"] = level },
            ["matchingPrecedence"] = precedence,
        };
        if (distinguisher is not null)
        {
            spec["distinguisherMethod"] = new JsonObject { ["type"] = distinguisher };
        }

        spec["rules"] = new JsonArray(rule);
        return Named(name, spec);
    }

    private static JsonObject Everything() => new()
    {
        ["resourceRules"] = new JsonArray(Resources(["*"], "*", ["*"], clusterScope: true)),
        ["nonResourceRules"] = new JsonArray(new JsonObject
        {
            ["verbs"] = new JsonArray("*"),
            ["nonResourceURLs"] = new JsonArray("*"),
        }),
    };

    private static JsonObject Resources(string[] verbs, string group, string[] resources, bool clusterScope)
    {
        var rule = new JsonObject
        {
            ["verbs"] = Texts(verbs),
            ["apiGroups"] = new JsonArray(group),
            ["resources"] = Texts(resources),
        };
        if (clusterScope)
        {
            rule["clusterScope"] = true;
        }

        rule["namespaces"] = new JsonArray("*");
        return rule;
    }

    private static JsonArray Texts(string[] texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private static JsonObject Group(string name) =>
        new() { ["kind"] = "Group", ["group"] = new JsonObject { ["name"] = name } };

    private static JsonObject User(string name) =>
        new() { ["kind"] = "User", ["user"] = new JsonObject { ["name"] = name } };

    private static JsonObject SystemServiceAccounts() => new()
    {
        ["kind"] = "ServiceAccount",
        ["serviceAccount"] = new JsonObject { ["namespace"] = "kube-system", ["name"] = "*" },
    };

    private static JsonObject Named(string name, JsonObject spec) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["annotations"] = new JsonObject { [AutoUpdateAnnotation] = "true" },
        },
        ["spec"] = spec,
    };
}
