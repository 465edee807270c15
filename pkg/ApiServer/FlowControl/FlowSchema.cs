using System.Text.Json.Nodes;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.FlowControl;

/// <summary>A FlowSchema, read once: which requests are of it, and what tells its flows apart.</summary>
internal sealed class FlowSchema
{
    private readonly FlowRule[] _rules;
    private readonly string _distinguisher;

    /// <summary>Reads the object.</summary>
    public FlowSchema(JsonObject obj)
    {
        Name = obj.Text("metadata.name");
        Uid = obj.Text("metadata.uid");
        LevelName = obj.Text("spec.priorityLevelConfiguration.name");
        Precedence = obj.Integer("spec.matchingPrecedence") ?? 0;
        _distinguisher = obj.Text("spec.distinguisherMethod.type");
        _rules = [.. obj.Child("spec").Items("rules").Select(FlowRule.Of)];
    }

    public string Name { get; }

    public string Uid { get; }

    /// <summary>Whose seats its requests take.</summary>
    public string LevelName { get; }

    /// <summary>The lowest of all that match decides; the name where two have the same.</summary>
    public long Precedence { get; }

    /// <summary>Whether the request is of this schema.</summary>
    public bool Matches(RequestInfo request, UserInfo user)
    {
        foreach (var rule in _rules)
        {
            if (rule.Matches(request, user))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The flow within the schema: requests of different ones do not stand in each other's way.</summary>
    public string FlowOf(RequestInfo request, UserInfo user) => _distinguisher switch
    {
        "ByUser" => user.Name,
        "ByNamespace" => request.Namespace,
        _ => "",
    };
}
