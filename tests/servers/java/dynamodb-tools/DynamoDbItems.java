package org.apache.hadoop.dynamodb.tools;

import com.amazonaws.client.builder.AwsClientBuilder;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What export and import share: the client, and items as lines of the files have them: {"id":{"n":"1"},"tags":{"sS":["a"]}}. */
class DynamoDbItems {
    static AmazonDynamoDB client() {
        AmazonDynamoDBClientBuilder builder = AmazonDynamoDBClientBuilder.standard();
        String endpoint = System.getenv("AWS_ENDPOINT_URL");
        if (endpoint != null) {
            String region = System.getenv("AWS_REGION");
            builder.setEndpointConfiguration(new AwsClientBuilder.EndpointConfiguration(endpoint, region));
        }
        return (AmazonDynamoDB) builder.build();
    }

    static Map written(Map item) {
        Map written = new LinkedHashMap();
        for (Iterator each = item.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry entry = (Map.Entry) each.next();
            written.put(entry.getKey(), written((AttributeValue) entry.getValue()));
        }
        return written;
    }

    private static Map written(AttributeValue value) {
        Map one = new LinkedHashMap();
        if (value.getS() != null) {
            one.put("s", value.getS());
        } else if (value.getN() != null) {
            one.put("n", value.getN());
        } else if (value.getB() != null) {
            one.put("b", text(value.getB()));
        } else if (value.getSS() != null) {
            one.put("sS", value.getSS());
        } else if (value.getNS() != null) {
            one.put("nS", value.getNS());
        } else if (value.getBS() != null) {
            List all = new ArrayList();
            for (Iterator each = value.getBS().iterator(); each.hasNext(); ) {
                all.add(text((ByteBuffer) each.next()));
            }
            one.put("bS", all);
        } else if (value.getM() != null) {
            one.put("m", written(value.getM()));
        } else if (value.getL() != null) {
            List all = new ArrayList();
            for (Iterator each = value.getL().iterator(); each.hasNext(); ) {
                all.add(written((AttributeValue) each.next()));
            }
            one.put("l", all);
        } else if (value.getBOOL() != null) {
            one.put("bOOL", value.getBOOL());
        } else {
            one.put("nULLValue", Boolean.TRUE);
        }
        return one;
    }

    static Map read(Map item) {
        Map read = new LinkedHashMap();
        for (Iterator each = item.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry entry = (Map.Entry) each.next();
            read.put(entry.getKey(), readOne((Map) entry.getValue()));
        }
        return read;
    }

    private static AttributeValue readOne(Map one) {
        Map.Entry entry = (Map.Entry) one.entrySet().iterator().next();
        String type = (String) entry.getKey();
        Object value = entry.getValue();
        AttributeValue read = new AttributeValue();
        if (type.equals("s")) {
            read.setS((String) value);
        } else if (type.equals("n")) {
            read.setN((String) value);
        } else if (type.equals("b")) {
            read.setB(bytes((String) value));
        } else if (type.equals("sS")) {
            read.setSS((List) value);
        } else if (type.equals("nS")) {
            read.setNS((List) value);
        } else if (type.equals("bS")) {
            List all = new ArrayList();
            for (Iterator each = ((List) value).iterator(); each.hasNext(); ) {
                all.add(bytes((String) each.next()));
            }
            read.setBS(all);
        } else if (type.equals("m")) {
            read.setM(read((Map) value));
        } else if (type.equals("l")) {
            List all = new ArrayList();
            for (Iterator each = ((List) value).iterator(); each.hasNext(); ) {
                all.add(readOne((Map) each.next()));
            }
            read.setL(all);
        } else if (type.equals("bOOL")) {
            read.setBOOL((Boolean) value);
        } else if (type.equals("nULLValue")) {
            read.setNULL(Boolean.TRUE);
        } else {
            throw new IllegalArgumentException("No type of DynamoDB's: " + type);
        }
        return read;
    }

    private static String text(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.asReadOnlyBuffer().get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(Base64.getDecoder().decode(text));
    }
}
