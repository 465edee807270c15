using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission;

/// <summary>What admission may ask of the HTTP request behind a write, for those who look at writes from outside.</summary>
internal sealed class AdmissionOrigin(RequestScope scope)
{
    private const string OptionsApiVersion = "meta.k8s.io/v1";

    /// <summary>The resource in the version that was asked for.</summary>
    public ServedResource Resource => scope.Resource;

    /// <summary>The forms of a write's resource.</summary>
    public RequestedForms FormsOf(AdmissionRequest request) =>
        new(Resource, scope.Core.Resources.FormsOf(Resource), request.Subresource);

    /// <summary>When the request must be answered; never for streams.</summary>
    public DateTimeOffset Deadline => scope.Deadline;

    /// <summary>Remarks for the audit log.</summary>
    public AuditAnnotations AuditAnnotations => scope.AuditAnnotations;

    /// <summary>
    /// The CreateOptions, UpdateOptions (of patches too) or DeleteOptions as admission shows them; null for streams.
    /// </summary>
    public JsonObject? OptionsOf(AdmissionRequest request) => request.Operation switch
    {
        AdmissionOperation.Create => WriteOptions("CreateOptions"),
        AdmissionOperation.Update => WriteOptions("UpdateOptions"),
        AdmissionOperation.Delete => DeleteOptions(request.Options ?? new V1DeleteOptions()),
        _ => null,
    };

    private JsonObject WriteOptions(string kind)
    {
        var options = new JsonObject { ["kind"] = kind, ["apiVersion"] = OptionsApiVersion };
        if (scope.Http.Request.Query["dryRun"] is { Count: > 0 } dryRun)
        {
            options["dryRun"] = new JsonArray([.. dryRun.Select(v => JsonValue.Create(v))]);
        }

        foreach (var field in new[] { "fieldManager", "fieldValidation" })
        {
            if (scope.Query(field) is { Length: > 0 } value)
            {
                options[field] = value;
            }
        }

        return options;
    }

    private static JsonObject DeleteOptions(V1DeleteOptions given)
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = OptionsApiVersion };
        foreach (var (name, value) in KubeJson.ToJson(given))
        {
            if (name is not ("kind" or "apiVersion"))
            {
                options[name] = value?.DeepClone();
            }
        }

        return options;
    }
}
