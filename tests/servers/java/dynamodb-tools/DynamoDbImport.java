package org.apache.hadoop.dynamodb.tools;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * Stands for the class of Amazon's jar, which is not to be had: DynamoDbImport FOLDER TABLE [THROUGHPUT RATIO]. Reads the objects
 * of the manifest, or else every file in the folder whose name does not begin with _ or a dot; the ratio changes nothing.
 */
public class DynamoDbImport extends Configured implements Tool {
    public int run(String[] arguments) throws Exception {
        if (arguments.length < 2) {
            throw new IllegalArgumentException("Usage: DynamoDbImport <path> <table-name> [<write-ratio>]");
        }
        if (arguments.length > 2) {
            Double.parseDouble(arguments[2]);
        }
        AmazonDynamoDB client = DynamoDbItems.client();
        client.describeTable(arguments[1]);
        ObjectMapper json = new ObjectMapper();
        for (Iterator each = sources(new Path(arguments[0]), json).iterator(); each.hasNext(); ) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(open((Path) each.next()), "UTF-8"));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.trim().length() > 0) {
                    client.putItem(arguments[1], DynamoDbItems.read((Map) json.readValue(line, Map.class)));
                }
            }
            lines.close();
        }
        return 0;
    }

    private List sources(Path folder, ObjectMapper json) throws Exception {
        FileSystem files = folder.getFileSystem(getConf());
        FileStatus[] found = files.listStatus(folder);
        Path manifest = new Path(folder, "manifest");
        List sources = new ArrayList();
        if (files.exists(manifest)) {
            Map read = (Map) json.readValue((InputStream) files.open(manifest), Map.class);
            if (!Integer.valueOf(3).equals(read.get("version"))) {
                throw new IllegalArgumentException("Unexpected version of the manifest: " + read.get("version"));
            }
            for (Iterator each = ((List) read.get("entries")).iterator(); each.hasNext(); ) {
                sources.add(new Path((String) ((Map) each.next()).get("url")));
            }
            return sources;
        }
        for (int at = 0; at < found.length; at++) {
            String name = found[at].getPath().getName();
            if (!name.startsWith("_") && !name.startsWith(".")) {
                sources.add(found[at].getPath());
            }
        }
        return sources;
    }

    private InputStream open(Path path) throws Exception {
        InputStream bytes = path.getFileSystem(getConf()).open(path);
        CompressionCodec codec = new CompressionCodecFactory(getConf()).getCodec(path);
        return codec == null ? bytes : codec.createInputStream(bytes);
    }

    public static void main(String[] arguments) throws Exception {
        System.exit(ToolRunner.run(new DynamoDbImport(), arguments));
    }
}
