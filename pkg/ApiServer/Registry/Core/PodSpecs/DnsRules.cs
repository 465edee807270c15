using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>A pod's resolver: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy</summary>
internal static class DnsRules
{
    private const int MaxNameservers = 3;

    private const int MaxSearches = 32;

    private const int MaxSearchListChars = 2048;

    /// <summary>Checks dnsPolicy.</summary>
    public static void ValidatePolicy(string? policy, FieldPath path, FieldErrorList errors) =>
        errors.OneInOrder(path, policy, "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");

    /// <summary>Checks dnsConfig.</summary>
    public static void Validate(V1PodDNSConfig? config, string? policy, FieldPath path, FieldErrorList errors)
    {
        if (policy == "None" && config is null)
        {
            errors.Required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }

        if (policy == "None" && config!.Nameservers is not { Count: > 0 })
        {
            errors.Required(path.Child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None");
            return;
        }

        if (config is null)
        {
            return;
        }

        var nameservers = path.Child("nameservers");
        if (config.Nameservers?.Count > MaxNameservers)
        {
            errors.Invalid(
                nameservers, VerbatimValue.List(config.Nameservers), $"must not have more than {MaxNameservers} nameservers");
        }

        foreach (var (address, at) in config.Nameservers.Indexed(nameservers))
        {
            AddressRules.ValidateIP(address, at, errors);
        }

        ValidateSearches(config.Searches, path.Child("searches"), errors);
        foreach (var (option, at) in config.Options.Indexed(path.Child("options")))
        {
            errors.RequiredText(at, option.Name, "must not be empty");
        }
    }

    private static void ValidateSearches(List<string>? searches, FieldPath path, FieldErrorList errors)
    {
        if (searches is null)
        {
            return;
        }

        if (searches.Count > MaxSearches)
        {
            errors.Invalid(path, VerbatimValue.List(searches), $"must not have more than {MaxSearches} search paths");
        }

        if (searches.Sum(search => search.Length) + searches.Count - 1 > MaxSearchListChars)
        {
            errors.Invalid(
                path, VerbatimValue.List(searches),
                $"must not have more than {MaxSearchListChars} characters (including spaces) in the search list");
        }

        foreach (var (search, at) in searches.Indexed(path))
        {
            if (search != ".")
            {
                var name = search.EndsWith('.') ? search[..^1] : search;
                errors.AddMessages(at, name, NameRules.IsDns1123SubdomainWithUnderscore, evenEmpty: true);
            }
        }
    }
}
