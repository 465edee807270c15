using System.Globalization;
using System.Text;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Validation;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Streaming;

/// <summary>PodLogOptions: checked here, so that what is wrong gets upstream's words, and then passed to the kubelet.</summary>
internal static class PodLogOptions
{
    // The fields that the kubelet takes under the same names.
    private static readonly string[] Passed =
        ["follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes", "stream"];

    private static readonly string[] Streams = ["All", "Stderr", "Stdout"];

    /// <exception cref="ApiException">400: no number where one must be; 422: out of range or not together.</exception>
    public static void Check(IQueryCollection query, string pod)
    {
        var errors = new FieldErrorList();
        var tail = Number(query, "tailLines");
        if (tail < 0)
        {
            errors.Invalid(FieldPath.Of("tailLines"), tail, "must be greater than or equal to 0");
        }

        CheckPositive("limitBytes");
        if (Value(query, "sinceSeconds").Length > 0 && Value(query, "sinceTime").Length > 0)
        {
            errors.Forbidden(FieldPath.Of(""), "at most one of `sinceTime` or `sinceSeconds` may be specified");
        }
        else
        {
            CheckPositive("sinceSeconds");
        }

        var stream = Value(query, "stream");
        if (stream.Length > 0 && !Streams.Contains(stream))
        {
            errors.NotSupported(FieldPath.Of("stream"), stream, Streams);
        }
        else if (stream is "Stderr" or "Stdout" && tail is not null)
        {
            errors.Forbidden(FieldPath.Of(""), "`tailLines` and specific `stream` are mutually exclusive for now");
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(new GroupVersionKind("", "v1", "PodLogOptions"), pod, errors);
        }

        void CheckPositive(string name)
        {
            var value = Number(query, name);
            if (value < 1)
            {
                errors.Invalid(FieldPath.Of(name), value, "must be greater than 0");
            }
        }
    }

    /// <summary>The kubelet's query: "?follow=true&amp;tailLines=3"; empty without options.</summary>
    public static string KubeletQuery(IQueryCollection query)
    {
        var text = new StringBuilder();
        foreach (var name in Passed)
        {
            if (Value(query, name) is { Length: > 0 } value)
            {
                text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return text.ToString();
    }

    private static long? Number(IQueryCollection query, string name)
    {
        var text = Value(query, name);
        return text.Length == 0 ? null
            : !text.Contains('\0', StringComparison.Ordinal)
                && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
            : throw ApiErrors.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    private static string Value(IQueryCollection query, string name) => query[name] is [{ } value, ..] ? value : "";
}
