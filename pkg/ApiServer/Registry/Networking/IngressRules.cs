using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Networking;

/// <summary>What Ingresses must obey, with upstream's paths and words.</summary>
internal static class IngressRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] PathTypes = ["Exact", "ImplementationSpecific", "Prefix"];

    private static readonly string[] BadSequences = ["//", "/./", "/../", "%2f", "%2F"];

    private static readonly string[] BadEnds = ["/..", "/."];

    /// <summary>Checks a new Ingress, or a changed one against the stored one, whose faults it may keep.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        var fallback = spec.Child("defaultBackend");
        if (spec.Count("rules") == 0 && fallback is null)
        {
            errors.Invalid(
                Spec, RuleExtensions.Shown(spec["rules"]), "either `defaultBackend` or `rules` must be specified");
        }

        if (fallback is not null)
        {
            ValidateBackend(fallback, Spec.Child("defaultBackend"), errors);
        }

        var badWildcards = old is not null && HasBadWildcardRule(old);
        foreach (var (rule, at) in spec.Items("rules").Indexed(Spec.Child("rules")))
        {
            var host = rule.Text("host");
            ValidateHost(host, at.Child("host"), errors);
            if (rule.Child("http") is { } http && !(badWildcards && host.Contains('*', StringComparison.Ordinal)))
            {
                ValidatePaths(http, at.Child("http", "paths"), errors);
            }
        }

        var badSecret = old.Child("spec").Items("tls").Any(
            tls => tls.Text("secretName") is { Length: > 0 } name && NameRules.IsDns1123Subdomain(name).Count > 0);
        foreach (var (tls, at) in spec.Items("tls").Indexed(Spec.Child("tls")))
        {
            foreach (var (host, hostAt) in tls.Texts("hosts").Indexed(at.Child("hosts")))
            {
                errors.AddMessages(hostAt, host, HostRule(host), evenEmpty: true);
            }

            if (!badSecret)
            {
                errors.AddMessages(at.Child("secretName"), tls.Text("secretName"), NameRules.IsDns1123Subdomain);
            }
        }

        if (spec["ingressClassName"] is not null)
        {
            errors.AddMessages(
                Spec.Child("ingressClassName"), spec.Text("ingressClassName"), NameRules.IsDns1123Subdomain,
                evenEmpty: true);
        }
    }

    /// <summary>Checks the addresses that a controller has reported.</summary>
    public static void ValidateStatus(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var kept = Reported(old).Select(ingress => ingress.Text("ip")).ToHashSet(StringComparer.Ordinal);
        var path = FieldPath.Of("status", "loadBalancer", "ingress");
        foreach (var (ingress, at) in Reported(obj).Indexed(path))
        {
            if (ingress.Text("ip") is { Length: > 0 } address)
            {
                AddressRules.ValidateIP(address, at.Child("ip"), errors, kept);
            }

            var name = ingress.Text("hostname");
            errors.AddMessages(at.Child("hostname"), name, NameRules.IsDns1123Subdomain);
            NotAddress(name, at.Child("hostname"), errors);
        }
    }

    private static IEnumerable<JsonObject> Reported(JsonObject obj) =>
        obj.Child("status").Child("loadBalancer").Items("ingress");

    private static bool HasBadWildcardRule(JsonObject old)
    {
        var errors = new FieldErrorList();
        foreach (var rule in old.Child("spec").Items("rules"))
        {
            if (rule.Text("host").Contains('*', StringComparison.Ordinal) && rule.Child("http") is { } http)
            {
                ValidatePaths(http, Spec, errors);
            }
        }

        return errors.Count > 0;
    }

    private static void NotAddress(string host, FieldPath path, FieldErrorList errors)
    {
        if (AddressRules.IsIP(host))
        {
            errors.Invalid(path, host, "must be a DNS name, not an IP address");
        }
    }

    private static Func<string, IReadOnlyList<string>> HostRule(string host) =>
        host.Contains('*', StringComparison.Ordinal) ? NameRules.IsWildcardDns1123Subdomain : NameRules.IsDns1123Subdomain;

    private static void ValidateHost(string host, FieldPath path, FieldErrorList errors)
    {
        if (host.Length > 0)
        {
            NotAddress(host, path, errors);
            errors.AddMessages(path, host, HostRule(host));
        }
    }

    private static void ValidatePaths(JsonObject http, FieldPath path, FieldErrorList errors)
    {
        if (http.Count("paths") == 0)
        {
            errors.Required(path);
        }

        foreach (var (item, at) in http.Items("paths").Indexed(path))
        {
            if (item["pathType"] is null)
            {
                errors.Required(at.Child("pathType"), "pathType must be specified");
                continue;
            }

            if (item.Text("pathType") is var type && !PathTypes.Contains(type))
            {
                errors.NotOneOf(at.Child("pathType"), type, PathTypes);
            }
            else
            {
                ValidatePath(type, item.Text("path"), at.Child("path"), errors);
            }

            ValidateBackend(item.Child("backend") ?? [], at.Child("backend"), errors);
        }
    }

    private static void ValidatePath(string type, string text, FieldPath path, FieldErrorList errors)
    {
        if (type == "ImplementationSpecific")
        {
            if (text.Length > 0 && !text.StartsWith('/'))
            {
                errors.Invalid(path, text, "must be an absolute path");
            }

            return;
        }

        if (!text.StartsWith('/'))
        {
            errors.Invalid(path, text, "must be an absolute path");
        }

        foreach (var bad in BadSequences.Where(bad => text.Contains(bad, StringComparison.Ordinal)))
        {
            errors.Invalid(path, text, $"must not contain '{bad}'");
        }

        foreach (var bad in BadEnds.Where(bad => text.EndsWith(bad, StringComparison.Ordinal)))
        {
            errors.Invalid(path, text, $"cannot end with '{bad}'");
        }
    }

    private static void ValidateBackend(JsonObject backend, FieldPath path, FieldErrorList errors)
    {
        var (resource, service) = (backend.Child("resource"), backend.Child("service"));
        if (resource is not null && service is not null)
        {
            errors.Invalid(path, "", "cannot set both resource and service backends");
        }
        else if (resource is not null)
        {
            ParentReferenceRules.ValidateTyped(resource, path.Child("resource"), errors);
        }
        else if (service is not null)
        {
            ValidateService(service, path, errors);
        }
        else
        {
            errors.Invalid(path, "", "resource or service backend is required");
        }
    }

    private static void ValidateService(JsonObject service, FieldPath path, FieldErrorList errors)
    {
        var at = path.Child("service");
        errors.RequiredName(at.Child("name"), service.Text("name"), NameRules.IsDns1123Label);
        var (name, number) = (service.Text("port.name"), service.Integer("port.number") ?? 0);
        if (name.Length > 0 && number != 0)
        {
            errors.Invalid(path, "", "cannot set both port name & port number");
        }
        else if (name.Length > 0)
        {
            errors.AddMessages(at.Child("port", "name"), name, NameRules.IsPortName);
        }
        else if (number != 0)
        {
            PortRules.ValidateNumber((int)number, at.Child("port", "number"), errors);
        }
        else
        {
            errors.Required(path, "port name or number is required");
        }
    }
}
